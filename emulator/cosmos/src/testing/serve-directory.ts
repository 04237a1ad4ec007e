// A process of its own for durability.test.ts: serves the directory that it is given until it is killed.
import { startCosmos } from '../index.ts';

const [dataDir = ''] = process.argv.slice(2);
const server = await startCosmos({ dataDir });
process.stdout.write(`${server.port}\n`);
