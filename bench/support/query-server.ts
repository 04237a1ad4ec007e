// Serves the Cosmos DB data directory that it is given until it is stopped.
import { startCosmos } from '@lazurite/cosmos';

const [dataDir = ''] = process.argv.slice(2);
const server = await startCosmos({ dataDir });
console.log(JSON.stringify({ endpoint: server.endpoint, key: server.key, pid: process.pid }));
process.once('SIGTERM', () => server.close());
