import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killInMidLoad } from '../durability/kill-in-mid-load.ts';

const ROUNDS = 3;

test(`Every create that was answered 201 is there once after kill -9 in mid-load, ${ROUNDS} times`, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-durability-'));
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { answered, lost, doubled } = await killInMidLoad(dataDir);
      expect(answered).toBeGreaterThan(0);
      expect({ lost, doubled }).toEqual({ lost: [], doubled: [] });
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}, 120_000);
