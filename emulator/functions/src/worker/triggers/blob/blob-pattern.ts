/** The blobs that a trigger's path matches. */
export interface BlobPattern {
  readonly container: string;
  /** Every matching name begins with it. */
  readonly prefix: string;
  /** The values of the path's parameters; undefined when the name does not match. */
  match(blobName: string): Readonly<Record<string, string>> | undefined;
}

const TOKEN = /\{\{|\}\}|\{([^{}]+)\}|[^{}]+/g;

/**
 * Compiles `container/{name}.{ext}`. A parameter takes as much as it can, slashes included; a container alone means all
 * of its blobs. Undefined when the container is not given literally.
 */
export function compileBlobPattern(path: string): BlobPattern | undefined {
  const [, container, blobPath] = /^\/?([^/{}]+)(?:\/(.*))?$/s.exec(path) ?? [];
  if (container === undefined) return undefined;
  const tokens = [...(blobPath ?? '').matchAll(TOKEN)];
  const names = tokens.flatMap(([, name]) => name ?? []);
  const source = tokens.map(([whole, name]) => (name === undefined ? escapeLiteral(whole) : '(.+)')).join('');
  const pattern = blobPath ? new RegExp(`^${source}$`, 's') : /^/;
  const [first] = tokens;
  return {
    container,
    prefix: first && first[1] === undefined && !/[{}]/.test(first[0]) ? first[0] : '',
    match(blobName) {
      const found = pattern.exec(blobName);
      return found ? Object.fromEntries(names.map((name, index) => [name, found[index + 1] ?? ''])) : undefined;
    },
  };
}

function escapeLiteral(text: string): string {
  return text
    .replaceAll('{{', '{')
    .replaceAll('}}', '}')
    .replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
