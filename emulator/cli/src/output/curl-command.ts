export interface CurlRequest {
  /** May hold route parameters: `/chats/{chatsId}/operations`. */
  readonly url: string;
  /** The file whose content is sent, as a person in this folder would write it. */
  readonly bodyFile: string;
  /** The data directory of the stack, where it is not the usual one. */
  readonly dataDir?: string;
}

/**
 * Lines that can be pasted into a POSIX shell as they are, none wider than a screen, with `example` for each route
 * parameter. The token is asked for when they run: one in the text would be a screen by itself, and expire.
 */
export function curlCommand({ url, bodyFile, dataDir }: CurlRequest): string {
  const place = dataDir === undefined ? '' : ` --data-dir ${quote(dataDir)}`;
  return [
    `TOKEN=$(npx lazurite token${place})`,
    `curl -i ${quote(url.replace(/\{[^{}]*\}/g, 'example'))} -H "Authorization: Bearer $TOKEN" \\`,
    `  -H 'Content-Type: application/json' -d ${quote(`@${bodyFile}`)}`,
  ].join('\n');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
