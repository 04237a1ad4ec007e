/** What Core Tools would upload of these paths, which have `/` and are relative to the app's folder. */
export function filesToPublish(funcIgnore: string, paths: readonly string[]): readonly string[] {
  const patterns = funcIgnore.split('\n').flatMap((line) => (/^\s*(?:#|$)/.test(line) ? [] : line.trim()));
  const kept = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => toRegExp(pattern.slice(1)));
  const ignored = patterns.filter((pattern) => !pattern.startsWith('!')).map(toRegExp);
  const matches = (path: string) => (pattern: RegExp) => pattern.test(path);
  return paths.filter((path) => !NEVER.test(path) && (kept.some(matches(path)) || !ignored.some(matches(path))));
}

/** Whatever `.funcignore` says (azure-functions-core-tools `FileSystemHelpers.cs`). */
const NEVER =
  /(?:^|\/)(?:\.git|\.vscode)\/|(?:^|\/)(?:\.funcignore|\.gitignore|(?:local\.settings|project\.lock)\.json)$/;

/** The beginning of a path up to the end of a word, a star standing for at least one character (`GitIgnoreParser.cs`). */
function toRegExp(pattern: string): RegExp {
  const parts = pattern.replace(/^\//, '').split(/(\*\*?)/);
  const wildcards: Readonly<Record<string, string>> = { '*': '[^/]+', '**': '.+' };
  return new RegExp(
    `^(?:${parts.map((part) => wildcards[part] ?? part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')).join('')})\\b`,
  );
}
