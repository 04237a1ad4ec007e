// Attacks the servers and prints what it finds: `npm run attack -- [--part queries] [--seconds 120] [--seed 1]`. Fails when a bar is
// missed. docs/decisions/query-budget.md has the bars.
import { parseArgs } from 'node:util';
import { attackWithQueries } from './attack/queries.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
  },
});
const { lines, faults } = await attackWithQueries({ seconds: Number(values.seconds), seed: Number(values.seed) });
process.stdout.write(`${lines.join('\n')}\n`);
for (const fault of faults) process.stdout.write(`MISS ${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
