// The functions host alone, serving bench/apps/hello or the folder named; reloads when that changes.
import { resolve } from 'node:path';
import { startFunctionsHost } from '@lazurite/functions';

const scriptRoot = process.argv[2] ?? resolve(import.meta.dirname, '../apps/hello');
const host = await startFunctionsHost({ scriptRoot, port: 0, watch: process.argv[2] !== undefined });
console.log(JSON.stringify({ url: `${host.url}/api/hello`, origin: host.url, pid: process.pid }));
process.once('SIGTERM', () => void host.close());
