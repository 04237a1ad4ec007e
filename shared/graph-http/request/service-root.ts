/**
 * The service root of a resource that lies directly below it.
 *
 * @example toServiceRoot('https://graph.example/beta/$batch?x=1') // 'https://graph.example/beta'
 */
export function toServiceRoot(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.replace(/\/[^/]*\/?$/, '');
}
