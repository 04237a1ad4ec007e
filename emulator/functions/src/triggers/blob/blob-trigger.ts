import { isDeferred, openBlobService } from '../../bindings/blob/blob-address.ts';
import { openQueue } from '../../bindings/queue/queue-client.ts';
import { Section } from '../../config/section.ts';
import { bindingError } from '../binding-error.ts';
import type { TriggerContext, TriggerListener } from '../trigger.ts';
import { BlobListener } from './blob-listener.ts';
import { compileBlobPattern } from './blob-pattern.ts';
import { createBlobReceipts } from './blob-receipts.ts';

const HOSTS_CONTAINER = 'azure-webjobs-hosts';
/** Azure's host takes 8 for each core; a developer's machine has other things to do. */
const MAX_CONCURRENT = 8;
const POISON_QUEUE = 'webjobs-blobtrigger-poison';

/** blobTrigger: `path`, `connection`; scans the container, whatever `source` says. */
export async function createBlobTrigger(context: TriggerContext): Promise<TriggerListener> {
  const binding = new Section({ ...context.binding }, bindingError(context));
  const path = binding.text('path');
  if (!path) throw binding.fail('path', 'is required');
  const pattern = compileBlobPattern(path);
  if (!pattern) throw binding.fail('path', 'must begin with the name of a container');
  const connection = binding.text('connection');
  const service = await openBlobService(connection, context.env);
  const hosts = service.getContainerClient(HOSTS_CONTAINER);
  const { functionName, hostId, invoke, clock, log, settings } = context;
  return new BlobListener({
    container: service.getContainerClient(pattern.container),
    hosts,
    receipts: createBlobReceipts(hosts, { hostId, functionName, container: pattern.container }),
    poisonQueue: await openQueue({ connection, queueName: POISON_QUEUE }, context.env),
    pattern,
    connection,
    deferred: isDeferred(context.binding),
    dataType: binding.text('dataType'),
    maxAttempts: settings.blobs.poisonBlobThreshold,
    maxConcurrent: settings.blobs.maxDegreeOfParallelism ?? MAX_CONCURRENT,
    functionName,
    invoke,
    clock,
    log,
  });
}
