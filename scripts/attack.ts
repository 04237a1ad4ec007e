// Attacks the servers and prints what it finds: `npm run attack -- [seconds] [seed] [--part queries|requests]`. Fails when a bar
// is missed. docs/decisions/query-budget.md has the bars of the queries. The part of the requests needs the built program.
import { parseArgs } from 'node:util';
import type { Findings } from './attack/findings.ts';
import { attackWithQueries } from './attack/queries.ts';
import { attackWithRequests } from './attack/requests.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    part: { type: 'string' },
    queries: { type: 'string', default: '10000' },
    requests: { type: 'string', default: '20000' },
  },
});
const [seconds = 900, seed = 1] = positionals.map(Number);
const parts: Readonly<Record<string, () => Promise<Findings>>> = {
  queries: () => attackWithQueries({ queries: Number(values.queries), seconds, seed }),
  requests: () => attackWithRequests({ requests: Number(values.requests), seed }),
};
const chosen = Object.entries(parts).filter(([name]) => values.part === undefined || name === values.part);
if (chosen.length === 0)
  throw new Error(`The part '${values.part}' is unknown, expected ${Object.keys(parts).join(', ')}`);
for (const [, attack] of chosen) {
  const { lines, faults } = await attack();
  process.stdout.write(`${lines.join('\n')}\n`);
  for (const fault of faults) process.stdout.write(`MISS ${fault}\n`);
  if (faults.length > 0) process.exitCode = 1;
}
