import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { silentLog } from '@lazurite/runtime';
import { startStorage } from '@lazurite/storage';
import { closeTestHosts, startTestHost } from '../../../testing/test-host.ts';

test('a blob trigger and a blob input with sdkBinding hand over the client that the registered factory makes', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-sdk-blob-'));
  const storage = await startStorage({ dataDir: join(dataDir, 'storage'), log: silentLog });
  try {
    const container = BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('files');
    await container.create();
    await container.uploadBlockBlob('a.txt', 'content', 7);
    const host = await startTestHost('v4-sdk-blob', {
      dataDir,
      env: { AzureWebJobsStorage: storage.connectionString },
    });
    const { message } = await host.next('log', ({ category }) => category === 'Function.onFile.User');
    expect(message).toBe('files/a.txt: content');
    expect(await (await host.fetch('/api/read/a.txt')).text()).toBe('content');
    expect(await (await host.fetch('/api/read/missing')).text()).toBe('nothing there');
  } finally {
    await closeTestHosts();
    await storage.close();
    await rm(dataDir, { recursive: true, force: true });
  }
});
