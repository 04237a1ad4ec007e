// What takes too long for every test run: 50 kills in mid-batch and 10,000 idle connections. `npm run test:endurance:cosmos`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openIdleConnections } from '../src/testing/idle-connections.ts';
import { killInMidBatch } from '../src/testing/kill-in-mid-batch.ts';
import { serveDirectory } from '../src/testing/served-directory.ts';

const KILLS = Number(process.argv[2] ?? 50);
const IDLE_CONNECTIONS = Number(process.argv[3] ?? 10_000);
const testing = resolve(import.meta.dirname, '../src/testing');
const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-endurance-'));
try {
  const { acknowledged, half, lost, reused } = await killInMidBatch({ dataDir, kills: KILLS, testing });
  process.stdout.write(
    `${KILLS} kills: ${acknowledged} batches answered 200; ${half.length} half there, ${lost.length} lost, ${reused.length} LSNs reused\n`,
  );
  if (half.length + lost.length + reused.length > 0) process.exitCode = 1;

  const served = await serveDirectory(testing, dataDir);
  const sockets = await openIdleConnections(served.port, IDLE_CONNECTIONS);
  const { statusCode } = await served.client.database('db').read();
  process.stdout.write(`With ${sockets.length} idle connections a read is answered ${statusCode}\n`);
  if (statusCode !== 200) process.exitCode = 1;
  for (const socket of sockets) socket.destroy();
  served.client.dispose();
  served.child.kill('SIGKILL');
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
