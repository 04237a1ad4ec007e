/** One request of a JSON batch. */
export interface BatchItem {
  /** As sent; two ids that differ in case alone are one. */
  readonly id: string;
  /** In upper case. */
  readonly method: string;
  /** As sent: below the service root, with or without a leading slash and version. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined when none was sent; null is a body. */
  readonly body: unknown;
  /** Ids, as their own items spell them, of items that stand before this one. */
  readonly dependsOn: readonly string[];
}

/** Microsoft Graph's limit on the requests of one batch. */
export const MAX_BATCH_ITEMS = 20;
