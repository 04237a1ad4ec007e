// Kills the whole stack and, every other time, its supervisor alone in the middle of a load of creates, and looks afterwards for
// what was acknowledged and for processes that were left: `node scripts/attack/kills.ts [kills] [seconds] [seed]`, after a build.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Picker } from '../../emulator/cosmos/src/testing/corruption/corruptions.ts';
import { type Killed, killInMidLoad } from '../../tests/durability/kill-in-mid-load.ts';

const KILLS = Number(process.argv[2] ?? 100);
const SECONDS = Number(process.argv[3] ?? 3_600);
const SEED = Number(process.argv[4] ?? 1);

const pick = new Picker(SEED);
const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-attack-'));
const end = performance.now() + SECONDS * 1_000;
const totals = { kills: 0, answered: 0, lost: 0, doubled: 0, left: 0 };
try {
  while (totals.kills < KILLS && performance.now() < end) {
    const killed: Killed = totals.kills % 2 === 0 ? 'supervisor' : 'stack';
    const round = await killInMidLoad(dataDir, killed, () => pick.below(1_000) / 1_000);
    totals.kills += 1;
    totals.answered += round.answered;
    totals.lost += round.lost.length;
    totals.doubled += round.doubled.length;
    totals.left += round.isLeft ? 1 : 0;
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
const { kills, answered, lost, doubled, left } = totals;
process.stdout.write(
  `${kills} kills, ${answered} creates answered 201: ${lost} lost, ${doubled} doubled, ${left} times a process left after 5 s (bars: 0), seed ${SEED}\n`,
);
process.exitCode = lost + doubled + left === 0 && answered > 0 ? 0 : 1;
