import type { ContainerClient } from '@azure/storage-blob';
import { isNotFound } from '../../bindings/queue/queue-client.ts';

/** Which blob versions a function has dealt with. */
export interface BlobReceipts {
  has(blobName: string, etag: string): Promise<boolean>;
  add(blobName: string, etag: string): Promise<void>;
}

export interface ReceiptScope {
  readonly hostId: string;
  readonly functionName: string;
  readonly container: string;
}

/** Receipts as empty blobs, at the path that Azure's host uses, so that they outlive this host. */
export function createBlobReceipts(
  hosts: ContainerClient,
  { hostId, functionName, container }: ReceiptScope,
): BlobReceipts {
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
