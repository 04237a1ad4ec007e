import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killInMidLoad } from '../durability/kill-in-mid-load.ts';

/** `scripts/attack/kills.ts` kills 100 times. */
test('a supervisor killed in mid-load loses nothing that was acknowledged and leaves no process', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-kills-'));
  const round = await killInMidLoad(dataDir, 'supervisor', () => 0);
  expect(round).toMatchObject({ lost: [], doubled: [], isLeft: false });
  expect(round.answered).toBeGreaterThan(0);
  await rm(dataDir, { recursive: true, force: true });
}, 60_000);
