import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@lazurite/runtime';
import { findForeignAzurite, foreignStorage } from './foreign-storage.ts';
import { startStorage } from './storage.ts';
import { openStorage } from './storage-on-demand.ts';

let dataDir = '';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-foreign-'));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe('findForeignAzurite()', () => {
  test('finds an Azurite, and names it by the ports of the three services', async () => {
    const azurite = await startStorage({ dataDir, log: silentLog });
    const port = Number(new URL(azurite.blobEndpoint).port);
    const found = await findForeignAzurite(port);
    expect(found).toContain(`BlobEndpoint=http://127.0.0.1:${port}/devstoreaccount1;`);
    expect(found && foreignStorage(found).ports).toEqual([port, port + 1, port + 2]);
    await azurite.close();
  });

  test('takes the storage of another Lazurite for none, and does not start it', async () => {
    const storage = await openStorage({ dataDir, log: silentLog });
    expect(await findForeignAzurite(storage.ports[0] ?? 0)).toBeUndefined();
    expect(storage.isUnused).toBe(true);
    await storage.close();
  });

  test('takes another web server for none', async () => {
    const server = createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    expect(await findForeignAzurite((server.address() as AddressInfo).port)).toBeUndefined();
    server.close();
  });

  test('takes a server that does not speak HTTP, and a free port, for none', async () => {
    const server = createNetServer(
      (socket) =>
        void socket
          .on('error', () => undefined)
          .resume()
          .end('SSH-2.0\r\n'),
    ).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await findForeignAzurite(port)).toBeUndefined();
    server.close();
    await once(server, 'close');
    expect(await findForeignAzurite(port)).toBeUndefined();
  });
});

test('openStorage() listens on the ports that it is given, and rejects when one of them is taken', async () => {
  const first = await openStorage({ dataDir, log: silentLog });
  const [, queue = 0] = first.ports;
  await expect(openStorage({ dataDir, log: silentLog, port: queue - 1 })).rejects.toMatchObject({ code: 'PortInUse' });
  const last = first.ports[2] ?? 0;
  await first.close();
  const second = await openStorage({ dataDir, log: silentLog, port: last });
  expect(second.ports).toEqual([last, last + 1, last + 2]);
  await second.close();
});
