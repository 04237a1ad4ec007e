import type { BlobServiceClient } from '@azure/storage-blob';
import type { QueueClient } from '@azure/storage-queue';
import type { BlobState, StorageBrowser } from '@lazurite/dashboard';
import type { StorageOnDemand } from '@lazurite/storage';
import { blobs, listQueues, peekMessages, queues } from '../data/storage.ts';

/** The most that storage gives at once. */
const MAX_MESSAGES = 32;
const MAX_BLOBS = 1_000;
/** What functions call the queue of the messages that have failed. */
const POISON_SUFFIX = '-poison';
/** How long a message that is being moved is hidden from others. */
const MOVE_SECONDS = 30;

/** What storage holds. It starts with its first use, which a look at it is not. */
export function browseStorage(storage: StorageOnDemand): StorageBrowser {
  const { connectionString } = storage;
  const isUsed = () => storage.isForeign || !storage.isUnused;
  const queue = async (name: string) => (await queues(connectionString)).getQueueClient(name);
  return {
    isUsed,
    queues: async () => (isUsed() ? listQueues(await queues(connectionString)) : []),
    peek: async (name) => peekMessages(await queue(name)),
    send: async (name, text) => {
      const client = await queue(name);
      await client.createIfNotExists();
      await client.sendMessage(Buffer.from(text).toString('base64'));
    },
    clear: async (name) => void (await (await queue(name)).clearMessages()),
    redeliver: async (poisonQueue) => {
      if (!poisonQueue.endsWith(POISON_SUFFIX)) throw new Error(`'${poisonQueue}' is not a poison queue`);
      return moveMessages(await queue(poisonQueue), await queue(poisonQueue.slice(0, -POISON_SUFFIX.length)));
    },
    blobContainers: async () => (isUsed() ? listBlobContainers(await blobs(connectionString)) : []),
    blobs: async (container) => listBlobs(await blobs(connectionString), container),
  };
}

/** A message is deleted where it was once it is stored where it goes: it may be there twice, and is never lost. */
async function moveMessages(from: QueueClient, to: QueueClient): Promise<number> {
  await to.createIfNotExists();
  let moved = 0;
  for (;;) {
    const options = { numberOfMessages: MAX_MESSAGES, visibilityTimeout: MOVE_SECONDS };
    const { receivedMessageItems } = await from.receiveMessages(options);
    if (receivedMessageItems.length === 0) return moved;
    for (const { messageId, popReceipt, messageText } of receivedMessageItems) {
      await to.sendMessage(messageText);
      await from.deleteMessage(messageId, popReceipt);
      moved++;
    }
  }
}

async function listBlobContainers(service: BlobServiceClient): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { name } of service.listContainers()) names.push(name);
  return names;
}

async function listBlobs(service: BlobServiceClient, container: string): Promise<readonly BlobState[]> {
  const states: BlobState[] = [];
  for await (const { name, properties } of service.getContainerClient(container).listBlobsFlat()) {
    states.push({ name, bytes: properties.contentLength ?? 0, changedAt: properties.lastModified.getTime() });
    if (states.length === MAX_BLOBS) break;
  }
  return states;
}
