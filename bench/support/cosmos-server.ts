// A Lazurite Cosmos DB server in a process of its own: with a data directory as argument on disk, without in memory.
import { startCosmos } from '../../emulator/cosmos/dist/index.js';

const startedAt = performance.now();
const [dataDir] = process.argv.slice(2);
const server = await startCosmos(dataDir === undefined ? {} : { dataDir });
const startMs = performance.now() - startedAt;
process.stdout.write(`${JSON.stringify({ port: server.port, pid: process.pid, startMs })}\n`);
process.on('SIGTERM', () => void server.close().then(() => process.exit()));
