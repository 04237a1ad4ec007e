// The peer: `@vercel/cosmosdb-server`, which checks no signature and keeps everything in memory.
import type { Server } from 'node:http';
import { createRequire } from 'node:module';

// Required rather than imported: it is installed in this folder on demand, and type checks must pass without it.
const peer: unknown = createRequire(import.meta.url)('@vercel/cosmosdb-server');
const { createHttpServer } = peer as { createHttpServer(options: object): Server };
const server = createHttpServer({ keepAlive: true });
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${JSON.stringify({ port: typeof address === 'object' ? address?.port : 0 })}\n`);
});
