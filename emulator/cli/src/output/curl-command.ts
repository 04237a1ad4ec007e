export interface CurlRequest {
  /** May hold route parameters: `/chats/{chatsId}/operations`. */
  readonly url: string;
  readonly body: unknown;
  readonly token: string;
}

/** One line that can be pasted into a POSIX shell as it is, with `example` for each route parameter. */
export function curlCommand({ url, body, token }: CurlRequest): string {
  const words = [
    'curl -i',
    quote(url.replace(/\{[^{}]*\}/g, 'example')),
    `-H ${quote(`Authorization: Bearer ${token}`)}`,
    `-H ${quote('Content-Type: application/json')}`,
    `-d ${quote(JSON.stringify(body))}`,
  ];
  return words.join(' ');
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
