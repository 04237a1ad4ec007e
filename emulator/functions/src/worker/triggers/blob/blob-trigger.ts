import { Section } from '../../../config/config-reader.ts';
import { isDevelopmentStorage, NO_RETRIES, storageConnectionString } from '../../../config/storage-connection.ts';
import { bindingError } from '../../bindings/binding-error.ts';
import { isDeferred, openBlobService } from '../../bindings/blob/blob-address.ts';
import { openQueue } from '../../bindings/queue/queue-client.ts';
import { onceUsed } from '../start-when-storage-is-used.ts';
import type { TriggerContext, TriggerListener } from '../trigger.ts';
import { BlobListener } from './blob-listener.ts';
import { type BlobPattern, compileBlobPattern } from './blob-pattern.ts';
import { createBlobReceipts } from './blob-receipts.ts';

const HOSTS_CONTAINER = 'azure-webjobs-hosts';
/** Azure's host takes 8 for each core; a developer's machine has other things to do. */
const MAX_CONCURRENT = 8;
const POISON_QUEUE = 'webjobs-blobtrigger-poison';
/** Azure's host scans every 10 s; where nobody tells of writes, a developer waits for the scan. */
const SCAN_INTERVAL_MS = { told: 10_000, untold: 1_000 } as const;

/** blobTrigger: `path`, `connection`; scans the container, whatever `source` says. */
export async function createBlobTrigger(context: TriggerContext): Promise<TriggerListener> {
  const { env, storage } = context;
  const binding = new Section({ ...context.binding }, bindingError(context));
  const path = binding.text('path');
  if (!path) throw binding.fail('path', 'is required');
  const pattern = compileBlobPattern(path);
  if (!pattern) throw binding.fail('path', 'must begin with the name of a container');
  const isLocal = isDevelopmentStorage(storageConnectionString(binding.text('connection'), env), env);
  return onceUsed(storage, isLocal, () => openListener(context, binding, { pattern, isLocal }));
}

interface BlobSource {
  readonly pattern: BlobPattern;
  readonly isLocal: boolean;
}

async function openListener(
  context: TriggerContext,
  binding: Section,
  { pattern, isLocal }: BlobSource,
): Promise<BlobListener> {
  const { functionName, hostId, invoke, clock, log, settings, storage, env } = context;
  const connection = binding.text('connection');
  const service = await openBlobService(connection, env);
  const scanned = await openBlobService(connection, env, NO_RETRIES);
  const hosts = service.getContainerClient(HOSTS_CONTAINER);
  return new BlobListener({
    source: scanned.getContainerClient(pattern.container),
    container: service.getContainerClient(pattern.container),
    receipts: createBlobReceipts(hosts, { hostId, functionName, container: pattern.container }),
    poisonQueue: await openQueue({ connection, queueName: POISON_QUEUE }, env),
    pattern,
    connection,
    deferred: isDeferred(context.binding),
    dataType: binding.text('dataType'),
    maxAttempts: settings.blobs.poisonBlobThreshold,
    maxConcurrent: settings.blobs.maxDegreeOfParallelism ?? MAX_CONCURRENT,
    scanIntervalMs: isLocal ? SCAN_INTERVAL_MS.told : SCAN_INTERVAL_MS.untold,
    onBlob: (listener) => {
      if (!isLocal) return () => undefined; // of storage elsewhere nobody tells what happens
      return storage.subscribe(`blob/${pattern.container}`, (change) => {
        if (change.service === 'blob') listener(change.blob);
      });
    },
    ...{ functionName, invoke, clock, log },
  });
}
