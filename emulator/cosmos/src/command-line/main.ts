import { createProgram } from './program.ts';

/** Runs the command line, and sets the exit code of the process: 0 or 1. */
export async function run(args: readonly string[]): Promise<void> {
  try {
    await createProgram({ process }).parseAsync(args, { from: 'user' });
  } catch (error) {
    process.stderr.write(`lazurite-cosmos: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
