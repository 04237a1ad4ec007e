import type { ContainerClient } from '@azure/storage-blob';
import type { ConfigReader } from '../../../config/config-reader.ts';
import { NO_RETRIES, storageConnectionString } from '../../../config/connections.ts';
import { readBinding } from '../../bindings/binding-reader.ts';
import { blobContent, deferredBlob, isDeferred, openBlobService } from '../../bindings/blob/blob-address.ts';
import { isNotFound, openQueue } from '../../bindings/queue/queue-client.ts';
import { startWhenStorageIsUsed } from '../start-when-storage-is-used.ts';
import type { TriggerContext, TriggerListener } from '../trigger.ts';
import { BlobListener, type BlobReceipts } from './blob-listener.ts';
import { type BlobPattern, compileBlobPattern } from './blob-pattern.ts';

const HOSTS_CONTAINER = 'azure-webjobs-hosts';
/** Azure's host takes 8 for each core; a developer's machine runs other programs too. */
const MAX_CONCURRENT = 8;
const POISON_QUEUE = 'webjobs-blobtrigger-poison';
/** As Azure's host. Storage that does not notify of writes is scanned more often, because a developer waits for it. */
const SCAN_INTERVAL_MS = { notified: 10_000, polling: 1_000 } as const;

/** blobTrigger: `path`, `connection`; scans the container, whatever `source` says. */
export async function createBlobTrigger(context: TriggerContext): Promise<TriggerListener> {
  const { env, storage } = context;
  const binding = readBinding(context);
  const path = binding.text('path');
  if (!path) throw binding.fail('path', 'is required');
  const pattern = compileBlobPattern(path);
  if (!pattern) throw binding.fail('path', 'must begin with the name of a container');
  const isLocal = storage.reportsOf(storageConnectionString(binding.text('connection'), env));
  return startWhenStorageIsUsed(storage, isLocal, () => openListener(context, binding, { pattern, isLocal }));
}

interface BlobSource {
  readonly pattern: BlobPattern;
  readonly isLocal: boolean;
}

async function openListener(
  context: TriggerContext,
  binding: ConfigReader,
  { pattern, isLocal }: BlobSource,
): Promise<BlobListener> {
  const { functionName, hostId, invoke, clock, log, settings, storage, env, eventDriven } = context;
  const connection = binding.text('connection');
  const service = await openBlobService(connection, env);
  const scanned = await openBlobService(connection, env, NO_RETRIES);
  const hosts = service.getContainerClient(HOSTS_CONTAINER);
  const container = service.getContainerClient(pattern.container);
  const dataType = binding.text('dataType');
  return new BlobListener({
    source: scanned.getContainerClient(pattern.container),
    container,
    receipts: createBlobReceipts(hosts, { hostId, functionName, container: pattern.container }),
    poisonQueue: await openQueue({ connection, queueName: POISON_QUEUE }, env),
    pattern,
    readInput: async (blob) => {
      const address = { container: pattern.container, blob };
      if (isDeferred(context.binding)) return deferredBlob(address, connection);
      return blobContent(await container.getBlobClient(blob).downloadToBuffer(), dataType);
    },
    maxAttempts: settings.blobs.poisonBlobThreshold,
    maxConcurrent: settings.blobs.maxDegreeOfParallelism ?? MAX_CONCURRENT,
    scanIntervalMs: isLocal
      ? eventDriven
        ? Number.POSITIVE_INFINITY
        : SCAN_INTERVAL_MS.notified
      : SCAN_INTERVAL_MS.polling,
    onBlob: (listener) => {
      if (!isLocal) return () => undefined; // only the local storage notifies of changes
      return storage.subscribe(`blob/${pattern.container}`, (blob) => {
        if (blob !== null) listener(blob);
      });
    },
    functionName,
    invoke,
    clock,
    log,
  });
}

interface ReceiptOwner {
  readonly hostId: string;
  readonly functionName: string;
  readonly container: string;
}

/** Stores receipts as empty blobs at the path that Azure's host uses. */
function createBlobReceipts(hosts: ContainerClient, { hostId, functionName, container }: ReceiptOwner): BlobReceipts {
  function receipt(blobName: string, etag: string) {
    const path = `blobreceipts/${hostId}/${functionName}/${etag}/${container}/${blobName}`;
    return hosts.getBlockBlobClient(path);
  }
  return {
    has: (blobName, etag) => receipt(blobName, etag).exists(),
    add: async (blobName, etag) => {
      const upload = () => receipt(blobName, etag).upload('', 0);
      await upload().catch(async (error: unknown) => {
        if (!isNotFound(error)) throw error;
        await hosts.createIfNotExists();
        await upload();
      });
    },
  };
}
