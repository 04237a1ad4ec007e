// `@vercel/cosmosdb-server` with a container of the same items; installed by `npm install` in bench/.
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { benchItem } from './bench-item.ts';
import { postJson } from './post-json.ts';

const CONNECTIONS = 16;
const [count = '0', bytes = '0'] = process.argv.slice(2);
// By a name that the compiler does not follow: the package is there for benchmarks alone.
const name: string = '@vercel/cosmosdb-server';
const peer = (await import(name)) as { createHttpServer(): Server }; // its index.d.ts
const server = peer.createHttpServer();
await once(server.listen(0, '127.0.0.1'), 'listening');
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on TCP
await postJson(`${endpoint}/dbs`, { id: 'bench' });
await postJson(`${endpoint}/dbs/bench/colls`, { id: 'scan', partitionKey: { paths: ['/pk'] } });
let next = 0;
await Promise.all(Array.from({ length: CONNECTIONS }, fill));
console.log(JSON.stringify({ endpoint }));
process.once('SIGTERM', () => process.exit(0));

async function fill(): Promise<void> {
  while (next < Number(count)) {
    const item = benchItem(next++, Number(bytes));
    const partitionKey = JSON.stringify([item.pk]);
    await postJson(`${endpoint}/dbs/bench/colls/scan/docs`, item, { 'x-ms-documentdb-partitionkey': partitionKey });
  }
}
