import type { Container } from '../account/account.ts';
import type { ItemUsage, StoredResource } from '../store/store.ts';

/** The outcome of an operation. The server encodes it as status line, headers and body. */
export interface OperationResult {
  /** The protocol's status. The operations of a batch have the same numbers. */
  readonly status: 200 | 201 | 204 | 207 | 304;
  /** JSON text, or its UTF-8 bytes. */
  readonly body?: string | Uint8Array;
  /** With its quotes. */
  readonly etag?: string;
  /** Request units. */
  readonly charge: number;
  /** The container that was addressed. */
  readonly container?: Container;
  /** The physical partition that answered; absent: all of the container's. */
  readonly range?: number;
  /** The LSN of the last write to the item. */
  readonly itemLsn?: number;
  /** How much the container holds, when the client requests it. */
  readonly usage?: ItemUsage;
  /** Whether the body is a container, whose responses tell how far a changed indexing policy has been applied. */
  readonly isContainer?: boolean;
  /** The service sends no session token when a container is written, and the SDK would keep one. */
  readonly withoutSession?: boolean;
  /** How many resources `body` lists. */
  readonly itemCount?: number;
  /** Where the next page starts; absent after the last. */
  readonly continuation?: string;
  /** What scripts have logged, where the client asked for it. */
  readonly scriptLog?: string;
  /** How a query was run, `name=value` joined by semicolons. */
  readonly queryMetrics?: string;
  /** Which indexes a query used and could use: percent-encoded JSON. */
  readonly indexUtilization?: string;
}

/**
 * The physical partition in responses that concern no items. The service keeps a container's properties, partitions and scripts in
 * one place, and sends one session token with them: some SDKs cannot read more than one there.
 */
export const METADATA_RANGE = 0;

/** As the service's emulator reports it for a container, in kilobytes. */
export const RESOURCE_QUOTA = 'documentSize=10240;documentsSize=10485760;documentsCount=-1;collectionSize=10485760;';

/** @param documentSize of an average item, in kilobytes; scripts are given 0 */
export function formatUsage(
  { count, averageBytes }: ItemUsage,
  documentSize: number = Math.ceil(averageBytes / 1024),
): string {
  const kilobytes = Math.ceil((count * averageBytes) / 1024);
  return `documentSize=${documentSize};documentsSize=${kilobytes};documentsCount=${count};collectionSize=${kilobytes};`;
}

/** A resource as the client sees it: its own properties and the system properties. */
export function toResourceJson(resource: StoredResource, self: string, properties: object): string {
  const { rid, etag, ts } = resource;
  return JSON.stringify({ ...properties, _rid: rid, _self: self, _etag: etag, _ts: ts });
}
