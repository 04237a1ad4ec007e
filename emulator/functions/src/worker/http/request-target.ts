/** Path and query, the latter without `?`, of a request target as sent. */
export function splitTarget(target = '/'): { readonly path: string; readonly query: string } {
  const mark = target.indexOf('?');
  if (mark === -1) return { path: target, query: '' };
  return { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Whether the host itself answers there, whatever the app's routes are. */
export function isOwnPath(path: string): boolean {
  return /^\/(?:admin|runtime)(?:\/|$)/i.test(path);
}
