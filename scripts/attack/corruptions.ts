// Corrupts stores one file at a time and looks at what a server makes of them: `node --conditions lazurite-source
// scripts/attack/corruptions.ts [rounds] [seed]`. Each must be rejected, or served as it was; no item is ever another one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { corruptStores } from '../../emulator/cosmos/src/testing/corruption/corrupt-stores.ts';

const ROUNDS = Number(process.argv[2] ?? 200);
const SEED = Number(process.argv[3] ?? 1);
const ITEMS = 40;

const directory = await mkdtemp(join(tmpdir(), 'lazurite-attack-'));
try {
  const outcomes = await corruptStores({ directory, seed: SEED, rounds: ROUNDS, items: ITEMS });
  const results = Map.groupBy(outcomes, ({ result }) => result);
  for (const [result, those] of results) say(`${those.length} of ${ROUNDS}: ${result}`);
  const faulty = outcomes.filter(({ faults }) => faults.length > 0);
  for (const { corruption, result, faults } of faulty)
    say(`${corruption} (${result}): ${faults.slice(0, 3).join('; ')}`);
  say(`${faulty.length} with faults (bar: 0), seed ${SEED}`);
  process.exitCode = faulty.length === 0 ? 0 : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
