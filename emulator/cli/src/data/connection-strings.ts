import { CommandError } from '../errors.ts';
import { findStack } from '../run-file.ts';
import { WELL_KNOWN_KEY } from '../setting-rewriter.ts';
import type { Terminal } from '../terminal.ts';
import type { DataFlags } from './accounts.ts';

export interface ConnectionStringsFlags extends DataFlags {
  readonly json: boolean;
}

export interface ConnectionStringsDependencies {
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
}

const OTLP_VARIABLE = 'OTEL_EXPORTER_OTLP_ENDPOINT';

/** Prints every address of the stack that runs in the folder as a line of an .env file, or as one JSON object. */
export async function connectionStrings(
  flags: ConnectionStringsFlags,
  { terminal, process }: ConnectionStringsDependencies,
): Promise<void> {
  const running = await findStack({ ...flags, env: process.env });
  if (!running) {
    const message =
      'No stack is running here. Run `lazurite start` in the folder of the app: its addresses are known then';
    throw new CommandError('NoRunningStack', message);
  }
  const otlp = process.env[OTLP_VARIABLE];
  const values = {
    COSMOS_CONNECTION: running.cosmosConnectionString,
    COSMOS_ENDPOINT: running.cosmos,
    COSMOS_KEY: /AccountKey=([^;]+)/.exec(running.cosmosConnectionString)?.[1] ?? WELL_KNOWN_KEY,
    AzureWebJobsStorage: running.storageConnectionString,
    FUNCTIONS_URL: running.functions,
    ISSUER_URL: running.issuer,
    ...(otlp !== undefined && { [OTLP_VARIABLE]: otlp }),
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}="${value}"\n`);
  terminal.out(flags.json ? `${JSON.stringify({ schemaVersion: 1, ...values })}\n` : lines.join(''));
}
