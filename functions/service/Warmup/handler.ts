export interface WarmupDependencies {
  /** Settles once the first request would find open what it needs; also where that could not be opened. */
  readonly connected: Promise<unknown>;
}

/**
 * Keeps a new instance from requests until it has fetched the issuer's keys and reached the database. Both were begun
 * when the app was loaded: also where no trigger warms an instance, as at a restart, and on the Consumption plan.
 */
export function warmupHandler({ connected }: WarmupDependencies): () => Promise<void> {
  return async () => {
    await connected;
  };
}
