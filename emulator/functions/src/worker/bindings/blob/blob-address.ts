import type { BlobServiceClient } from '@azure/storage-blob';
import {
  DEFAULT_STORAGE_CONNECTION,
  retriesFor,
  type StorageRetries,
  storageConnectionString,
} from '../../../config/connections.ts';
import type { RpcTypedData } from '../../../protocol/rpc-types.ts';
import type { NamedBinding } from '../../core/function-trigger.ts';

export interface BlobPath {
  readonly container: string;
  readonly blob: string;
}

/** Splits `container/folder/name`; undefined when the container or the name is missing. */
export function splitBlobPath(path: string): BlobPath | undefined {
  const [, container, blob] = /^\/?([^/]+)\/(.+)$/s.exec(path) ?? [];
  return container === undefined || blob === undefined ? undefined : { container, blob };
}

/** Loads the SDK on first use. @param retryOptions absent: the defaults for this storage */
export async function openBlobService(
  connection: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
  retryOptions?: StorageRetries,
): Promise<BlobServiceClient> {
  const connectionString = storageConnectionString(connection, env);
  const { BlobServiceClient: Client } = await import('@azure/storage-blob');
  const options = retryOptions ? { retryOptions } : retriesFor(connectionString, env);
  return Client.fromConnectionString(connectionString, options);
}

/** Whether the app asked for an SDK client instead of the content (`sdkBinding: true`). */
export function isDeferred({ properties }: NamedBinding): boolean {
  const deferred =
    typeof properties === 'object' &&
    properties !== null &&
    'supportsDeferredBinding' in properties &&
    properties.supportsDeferredBinding;
  return String(deferred).toLowerCase() === 'true';
}

/** The value from which `@azure/functions-extensions-blob` creates an SDK client. */
export function deferredBlob({ container, blob }: BlobPath, connection: string | undefined): RpcTypedData {
  const content = {
    Connection: connection || DEFAULT_STORAGE_CONNECTION,
    ContainerName: container,
    BlobName: blob,
  };
  return {
    modelBindingData: {
      version: '1.0',
      source: 'AzureStorageBlobs',
      contentType: 'application/json',
      content: Buffer.from(JSON.stringify(content)),
    },
  };
}

/** A blob's content: bytes, unless the binding asks for text. */
export function blobContent(bytes: Buffer, dataType: string | undefined): RpcTypedData {
  return dataType?.toLowerCase() === 'string' ? { string: bytes.toString() } : { bytes };
}
