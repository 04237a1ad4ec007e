import { releaseMemoryWhenIdle, systemClock, systemRandomness } from '@lazurite/runtime';
import { PAUSE_ON_ERROR } from './commands/start-command.ts';
import { hideSqliteWarning } from './hide-sqlite-warning.ts';
import { pauseForKey } from './pause.ts';
import { runProgram } from './program.ts';
import type { Terminal } from './terminal.ts';

/** Runs the command line of `name`, and sets the exit code of the process: 0 or 1. */
export async function run(name: 'lazurite' | 'func', args: readonly string[]): Promise<void> {
  hideSqliteWarning(process);
  ignoreClosedPipes();
  releaseMemoryWhenIdle(systemClock);
  const terminal: Terminal = {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    isColourful: process.stderr.isTTY === true && process.env.NO_COLOR === undefined,
  };
  try {
    await runProgram(name, args, { terminal, process, clock: systemClock, randomness: systemRandomness });
  } catch (error) {
    terminal.error(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
    if (args.includes(PAUSE_ON_ERROR)) await pauseForKey(process.stdin, terminal);
  }
}

/** Who reads our output may leave first (`| head -1`); that is no reason to fall. */
function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
