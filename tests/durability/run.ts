import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killInMidLoad } from './kill-in-mid-load.ts';

const rounds = Number(process.argv[2] ?? 20);
const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-durability-'));
let failures = 0;
let answered = 0;
try {
  for (let round = 1; round <= rounds; round += 1) {
    const result = await killInMidLoad(dataDir);
    answered += result.answered;
    failures += result.lost.length + result.doubled.length;
    console.log(
      `${round}/${rounds}: ${result.answered} answered 201, ${result.lost.length} lost, ${result.doubled.length} doubled`,
    );
  }
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
console.log(
  `${answered} creates over ${rounds} kills: ${failures === 0 ? 'all there, once each' : `${failures} wrong`}`,
);
process.exitCode = failures === 0 && answered > 0 ? 0 : 1;
