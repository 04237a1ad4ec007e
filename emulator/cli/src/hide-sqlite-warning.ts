/** The part of `process` that shows warnings. */
interface WarningEmitter {
  emitWarning(warning: string | Error, ...details: unknown[]): void;
}

/**
 * Node.js 22 calls its SQLite module experimental at the first use. That is for us to know, not for who starts an app.
 * Other warnings are shown. To be called before the module is loaded.
 */
export function hideSqliteWarning(process: WarningEmitter): void {
  const emit = process.emitWarning.bind(process);
  process.emitWarning = (warning: string | Error, ...details: unknown[]) => {
    const message = warning instanceof Error ? warning.message : warning;
    if (details[0] === 'ExperimentalWarning' && message.startsWith('SQLite ')) return;
    emit(warning, ...details);
  };
}
