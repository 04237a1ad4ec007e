/** What ends a process politely: Ctrl-C, a service manager, a closed terminal (on Windows too). */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** 128 + SIGINT, as a shell reports it. */
const FORCED_EXIT_CODE = 130;

export interface StopSignal {
  /** Resolves at the first signal. */
  readonly requested: Promise<void>;
}

/** Listens for the wish to stop. The first signal lets the process end by itself; the second ends it at once. */
export function listenForStop(process: NodeJS.Process): StopSignal {
  const requested = new Promise<void>((resolve) => {
    let count = 0;
    for (const signal of STOP_SIGNALS) {
      process.on(signal, () => {
        count += 1;
        if (count > 1) process.exit(FORCED_EXIT_CODE);
        resolve();
      });
    }
  });
  return { requested };
}
