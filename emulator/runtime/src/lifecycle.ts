/** Something that runs and can be stopped. Closing twice is one closing; afterwards no process, port or file is held. */
export interface Closeable {
  close(): Promise<void>;
}

/**
 * Collects what was started, so that a start that fails half-way is undone and a stop happens in reverse order.
 *
 * @example
 * const running = new Shutdown();
 * const database = running.add(await startDatabase());
 * const server = running.add(await startServer(database));
 * await running.close(); // the server first, then the database
 */
export class Shutdown implements Closeable {
  readonly #parts: Closeable[] = [];
  #closing: Promise<void> | undefined;

  add<T extends Closeable>(part: T): T {
    this.#parts.push(part);
    return part;
  }

  /** Closes every part even when one fails; then rejects with the first failure, the others as an AggregateError. */
  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const part of this.#parts.reverse()) {
      await part.close().catch((error: unknown) => failures.push(error));
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, 'Several parts did not stop cleanly');
  }
}

/** Runs `start` with a fresh Shutdown and returns its result; when it throws, closes what had been added and rethrows. */
export async function startOrUndo<T>(start: (shutdown: Shutdown) => Promise<T>): Promise<T> {
  const shutdown = new Shutdown();
  try {
    return await start(shutdown);
  } catch (error) {
    await shutdown.close().catch(() => undefined); // the reason of the failed start matters more
    throw error;
  }
}
