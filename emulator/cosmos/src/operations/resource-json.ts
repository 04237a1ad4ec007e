import type { StoredResource } from '../store/store.ts';

/** A resource as the client sees it: what it set, and the system properties. */
export function toResourceJson(resource: StoredResource, self: string, properties: object): string {
  const { rid, etag, ts } = resource;
  return JSON.stringify({ ...properties, _rid: rid, _self: self, _etag: etag, _ts: ts });
}

/** A feed page: the resources' JSON texts under the name of their kind. */
export function toFeedJson(parentRid: string, name: string, resources: readonly string[]): string {
  return `{"_rid":"${parentRid}","${name}":[${resources.join(',')}],"_count":${resources.length}}`;
}
