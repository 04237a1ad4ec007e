import type { Container } from '../account/container.ts';
import type { ItemUsage } from '../store/store.ts';

/** What an operation answers; the server turns it into status line, headers and body. */
export interface OperationResult {
  /** The protocol's status: the same numbers answer the operations of a batch. */
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
  /** How much the container holds, where the client has asked. */
  readonly usage?: ItemUsage;
  /** How many resources `body` lists. */
  readonly itemCount?: number;
  /** Where the next page starts; absent after the last. */
  readonly continuation?: string;
  /** How a query was run, `name=value` joined by semicolons. */
  readonly queryMetrics?: string;
  /** Which indexes a query used and could use: percent-encoded JSON. */
  readonly indexUtilization?: string;
}
