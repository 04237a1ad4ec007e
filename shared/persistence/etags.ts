/** An ETag as the domain keeps it: Cosmos DB's without its quotes. */
export function bareEtag(etag: string): string {
  return etag.replaceAll('"', '');
}

/** The other way round. */
export function quotedEtag(etag: string): string {
  return `"${etag}"`;
}
