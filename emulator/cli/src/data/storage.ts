import { createReadStream } from 'node:fs';
import type { BlobServiceClient } from '@azure/storage-blob';
import type { QueueClient, QueueServiceClient } from '@azure/storage-queue';
import type { QueueMessage, QueueState } from '@lazurite/dashboard';
import { CommandError } from '../errors.ts';
import { formatTable } from '../output/table.ts';
import { pipeToStdout } from '../terminal.ts';
import { assertFile, type DataFlags, withStorage } from './accounts.ts';
import type { DataDependencies } from './items.ts';

export interface QueueFlags extends DataFlags {
  readonly json: boolean;
}

/** The most that storage gives at once. */
const MAX_PEEKED = 32;

/** Prints the first messages of a queue, which stay there; without a name, the queues. */
export function peekQueue(
  name: string | undefined,
  flags: QueueFlags,
  { terminal, process }: DataDependencies,
): Promise<void> {
  return withStorage({ ...flags, env: process.env }, async (connectionString) => {
    const service = await queues(connectionString);
    const rows = name === undefined ? await queueRows(service) : await peekedRows(service, name);
    terminal.out(flags.json ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : formatTable(rows));
  });
}

async function queueRows(service: QueueServiceClient): Promise<readonly Record<string, unknown>[]> {
  return (await listQueues(service)).map(({ name, messages }) => ({ queue: name, messages }));
}

async function peekedRows(service: QueueServiceClient, name: string): Promise<readonly Record<string, unknown>[]> {
  const peeking = peekMessages(service.getQueueClient(name)).catch((error: unknown) => explain(error, 'queue', name));
  return (await peeking).map(({ id, insertedAt, dequeueCount, text }) => ({
    id,
    inserted: new Date(insertedAt).toISOString(),
    dequeued: dequeueCount,
    text,
  }));
}

export async function listQueues(service: QueueServiceClient): Promise<readonly QueueState[]> {
  const states: QueueState[] = [];
  for await (const { name } of service.listQueues()) {
    const { approximateMessagesCount = 0 } = await service.getQueueClient(name).getProperties();
    states.push({ name, messages: approximateMessagesCount });
  }
  return states;
}

/** The messages at the head of the queue, which stay there. */
export async function peekMessages(queue: QueueClient): Promise<readonly QueueMessage[]> {
  const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: MAX_PEEKED });
  return peekedMessageItems.map(({ messageId, insertedOn, dequeueCount, messageText }) => ({
    id: messageId,
    text: decode(messageText),
    insertedAt: insertedOn.getTime(),
    dequeueCount,
  }));
}

/** Functions write base64 by default; other text is shown as it is. */
function decode(text: string): string {
  if (text === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return text;
  const decoded = Buffer.from(text, 'base64').toString('utf8');
  return decoded.includes('\uFFFD') ? text : decoded;
}

/** Sends a message as functions expect it, in base64, and creates the queue when it is missing. */
export function sendToQueue(
  name: string,
  text: string,
  { raw, ...flags }: DataFlags & { readonly raw: boolean },
  { terminal, process }: DataDependencies,
): Promise<void> {
  const location = { ...flags, env: process.env };
  const send = async (connectionString: string): Promise<void> => {
    const queue = (await queues(connectionString)).getQueueClient(name);
    await queue.createIfNotExists().catch((error: unknown) => explain(error, 'queue', name));
    const sending = queue.sendMessage(raw ? text : Buffer.from(text).toString('base64'));
    const { messageId } = await sending.catch((error: unknown) => explain(error, 'queue', name));
    terminal.error(`Sent message ${messageId} to ${name}\n`);
  };
  return withStorage(location, send, { creates: true });
}

/** Deletes all messages of a queue. */
export function clearQueue(name: string, flags: DataFlags, { terminal, process }: DataDependencies): Promise<void> {
  return withStorage({ ...flags, env: process.env }, async (connectionString) => {
    const queue = (await queues(connectionString)).getQueueClient(name);
    await queue.clearMessages().catch((error: unknown) => explain(error, 'queue', name));
    terminal.error(`Cleared ${name}\n`);
  });
}

/** Prints the blobs of a container; without a name, the containers. */
export function listBlobs(
  name: string | undefined,
  flags: QueueFlags,
  { terminal, process }: DataDependencies,
): Promise<void> {
  return withStorage({ ...flags, env: process.env }, async (connectionString) => {
    const service = await blobs(connectionString);
    const rows: Record<string, unknown>[] = [];
    if (name === undefined) {
      for await (const container of service.listContainers()) rows.push({ container: container.name });
    } else {
      const listing = service.getContainerClient(name).listBlobsFlat();
      try {
        for await (const { name: blob, properties } of listing)
          rows.push({ blob, bytes: properties.contentLength, changed: properties.lastModified.toISOString() });
      } catch (error) {
        explain(error, 'container', name);
      }
    }
    terminal.out(flags.json ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : formatTable(rows));
  });
}

/** Writes the content of a blob to stdout. @param path `container/name` */
export function getBlob(path: string, flags: DataFlags, { process }: DataDependencies): Promise<void> {
  return withStorage({ ...flags, env: process.env }, async (connectionString) => {
    const { container, blob } = splitPath(path);
    const client = (await blobs(connectionString)).getContainerClient(container).getBlobClient(blob);
    const { readableStreamBody } = await client.download().catch((error: unknown) => explain(error, 'blob', path));
    if (readableStreamBody) await pipeToStdout(readableStreamBody, process.stdout);
  });
}

/** Stores a file, or stdin, as a blob, and creates the container when it is missing. */
export function putBlob(
  path: string,
  file: string | undefined,
  flags: DataFlags,
  { terminal, process }: DataDependencies,
): Promise<void> {
  const store = async (connectionString: string): Promise<void> => {
    const { container, blob } = splitPath(path);
    if (file !== undefined) await assertFile(file);
    const client = (await blobs(connectionString)).getContainerClient(container);
    await client.createIfNotExists().catch((error: unknown) => explain(error, 'container', container));
    const content = file === undefined ? process.stdin : createReadStream(file);
    const storing = client.getBlockBlobClient(blob).uploadStream(content);
    await storing.catch((error: unknown) => explain(error, 'blob', path));
    terminal.error(`Stored ${path}\n`);
  };
  return withStorage({ ...flags, env: process.env }, store, { creates: true });
}

function splitPath(path: string): { readonly container: string; readonly blob: string } {
  const [, container, blob] = /^\/?([^/]+)\/(.+)$/s.exec(path) ?? [];
  if (container !== undefined && blob !== undefined) return { container, blob };
  throw new CommandError('InvalidPath', `A blob is named as container/name, not '${path}'`);
}

/** Deletes all messages and blobs; queues and containers stay, as triggers look at them. */
export async function clearStorage(connectionString: string): Promise<void> {
  const queueService = await queues(connectionString);
  for await (const { name } of queueService.listQueues()) await queueService.getQueueClient(name).clearMessages();
  const blobService = await blobs(connectionString);
  for await (const { name } of blobService.listContainers()) {
    const container = blobService.getContainerClient(name);
    for await (const blob of container.listBlobsFlat())
      await container.deleteBlob(blob.name, { deleteSnapshots: 'include' });
  }
}

/** A client of the queues. */
export async function queues(connectionString: string): Promise<QueueServiceClient> {
  const { QueueServiceClient: Client } = await import('@azure/storage-queue');
  return Client.fromConnectionString(connectionString);
}

/** A client of the blobs. */
export async function blobs(connectionString: string): Promise<BlobServiceClient> {
  const { BlobServiceClient: Client } = await import('@azure/storage-blob');
  return Client.fromConnectionString(connectionString);
}

/** Of a queue or a container. Source: "Naming queues and metadata", "Naming and referencing containers". */
const VALID_NAME = /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** @throws CommandError, which names what was asked for and the reason; an error of another kind as it is */
function explain(error: unknown, kind: 'queue' | 'container' | 'blob', name: string): never {
  if (!(error instanceof Error)) throw error;
  const what = `${kind} '${name}'`;
  const { statusCode } = error as { statusCode?: unknown }; // of the errors of the storage SDKs
  if (statusCode === 404) throw new CommandError('NotFound', `There is no ${what}`, { cause: error });
  if (statusCode === 400 && kind !== 'blob' && !VALID_NAME.test(name)) {
    const message = `The name of the ${what} must have 3 to 63 lower-case letters, digits and hyphens`;
    throw new CommandError('InvalidName', message, { cause: error });
  }
  const reason = error.message.split('\n')[0];
  const answer = typeof statusCode === 'number' ? `Storage answered ${statusCode} for the` : 'Storage failed for the';
  throw new CommandError('StorageRejected', `${answer} ${what}: ${reason}`, { cause: error });
}
