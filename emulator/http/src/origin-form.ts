const ABSOLUTE_FORM = /^https?:\/\/(?<authority>[^/?#]*)(?<rest>[^#]*)/i;

/**
 * Path and query of a request target, which clients that take a server for a proxy send with scheme and host before them
 * (RFC 9112, section 3.2.2). As Kestrel does, only where that is the host the request is for.
 *
 * @param host the `Host` header
 * @returns undefined for a target that means nothing to a server
 */
export function toOriginForm(target: string, host: string | undefined): string | undefined {
  if (target.startsWith('/')) return target;
  const { authority = '', rest = '' } = ABSOLUTE_FORM.exec(target)?.groups ?? {};
  if (authority === '' || authority.toLowerCase() !== host?.toLowerCase()) return undefined;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
