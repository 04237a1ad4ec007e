import type { BlobServiceClient } from '@azure/storage-blob';
import type { QueueServiceClient } from '@azure/storage-queue';

export interface WorldQueue {
  /** Sends a message, text as it is and other values as JSON, as functions expect it. The queue is created when it is missing. */
  send(message: unknown, options?: { readonly visibleInSeconds?: number }): Promise<void>;
  /** The first 32 messages that can be received now, as JSON values where they are JSON. They stay. */
  messages(): Promise<readonly unknown[]>;
  /** Removes all messages. */
  clear(): Promise<void>;
}

export interface WorldBlobs {
  /** Writes a blob, text as it is and other values than bytes as JSON. The container is created when it is missing. */
  put(name: string, content: unknown): Promise<void>;
  /** The content as text; undefined when there is no such blob. */
  text(name: string): Promise<string | undefined>;
  /** The names of all blobs. */
  list(): Promise<readonly string[]>;
  /** False when there was no such blob. */
  delete(name: string): Promise<boolean>;
}

export interface StorageHandleOptions {
  readonly connectionString: string;
  /** Whether functions read messages as base64. */
  readonly isBase64: boolean;
  /** Runs a call on behalf of the world. */
  readonly onBehalf: <T>(call: () => Promise<T>) => Promise<T>;
}

/** The most that a request can peek at. */
const MAX_PEEKED = 32;

export function openQueueHandle(name: string, options: StorageHandleOptions): WorldQueue {
  const { connectionString, isBase64, onBehalf } = options;
  async function open() {
    const { QueueServiceClient: Client } = await import('@azure/storage-queue');
    const service: QueueServiceClient = Client.fromConnectionString(connectionString);
    const queue = service.getQueueClient(name);
    await queue.createIfNotExists();
    return queue;
  }
  return {
    send: (message, { visibleInSeconds } = {}) =>
      onBehalf(async () => {
        const text = typeof message === 'string' ? message : JSON.stringify(message);
        const queue = await open();
        const sent = isBase64 ? Buffer.from(text).toString('base64') : text;
        await queue.sendMessage(sent, visibleInSeconds === undefined ? {} : { visibilityTimeout: visibleInSeconds });
      }),
    messages: () =>
      onBehalf(async () => {
        const { peekedMessageItems } = await (await open()).peekMessages({ numberOfMessages: MAX_PEEKED });
        return peekedMessageItems.map(({ messageText }) => readMessage(messageText, isBase64));
      }),
    clear: () => onBehalf(async () => void (await (await open()).clearMessages())),
  };
}

export function openBlobHandle(name: string, { connectionString, onBehalf }: StorageHandleOptions): WorldBlobs {
  async function open() {
    const { BlobServiceClient: Client } = await import('@azure/storage-blob');
    const service: BlobServiceClient = Client.fromConnectionString(connectionString);
    const container = service.getContainerClient(name);
    await container.createIfNotExists();
    return container;
  }
  return {
    put: (blob, content) =>
      onBehalf(async () => {
        const bytes = toBytes(content);
        await (await open()).getBlockBlobClient(blob).upload(bytes, bytes.length);
      }),
    text: (blob) =>
      onBehalf(async () => {
        const client = (await open()).getBlobClient(blob);
        return (await client.exists()) ? (await client.downloadToBuffer()).toString() : undefined;
      }),
    list: () =>
      onBehalf(async () => {
        const names: string[] = [];
        for await (const { name: blob } of (await open()).listBlobsFlat()) names.push(blob);
        return names;
      }),
    delete: (blob) => onBehalf(async () => (await (await open()).getBlobClient(blob).deleteIfExists()).succeeded),
  };
}

function readMessage(text: string, isBase64: boolean): unknown {
  const decoded = isBase64 ? Buffer.from(text, 'base64').toString() : text;
  try {
    return JSON.parse(decoded);
  } catch {
    return decoded;
  }
}

function toBytes(content: unknown): Uint8Array {
  if (content instanceof Uint8Array) return content;
  return Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
}
