import type { QueueClient } from '@azure/storage-queue';
import { retriesFor, type StorageRetries, storageConnectionString } from '../../../config/connections.ts';

export type { QueueClient };

export interface QueueAddress {
  readonly connection: string | undefined;
  /** In any case: the host converts it to lower case. */
  readonly queueName: string;
}

/** Loads the SDK on first use. @param retryOptions absent: the defaults for this storage */
export async function openQueue(
  { connection, queueName }: QueueAddress,
  env: Readonly<Record<string, string | undefined>>,
  retryOptions?: StorageRetries,
): Promise<QueueClient> {
  const connectionString = storageConnectionString(connection, env);
  const { QueueClient: Client } = await import('@azure/storage-queue');
  const options = retryOptions ? { retryOptions } : retriesFor(connectionString, env);
  return new Client(connectionString, queueName.toLowerCase(), options);
}

export type MessageEncoding = 'base64' | 'none';

export function encodeMessage(item: string | Uint8Array, encoding: MessageEncoding): string {
  const bytes = Buffer.from(item);
  return encoding === 'base64' ? bytes.toString('base64') : bytes.toString();
}

/** Undefined when the text does not have the encoding. */
export function decodeMessage(text: string, encoding: MessageEncoding): string | undefined {
  if (encoding === 'none') return text;
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  return isBase64 ? Buffer.from(text, 'base64').toString() : undefined;
}

/** Sends a message, and creates the queue when it is missing. */
export async function sendCreating(queue: QueueClient, text: string): Promise<void> {
  try {
    await queue.sendMessage(text);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(text);
  }
}

export function isNotFound(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 404;
}
