import type { BlobItem, ContainerClient } from '@azure/storage-blob';
import { type Clock, type Log, sleep } from '@lazurite/runtime';
import { blobContent, deferredBlob } from '../../bindings/blob/blob-address.ts';
import { encodeMessage, isNotFound, type QueueClient, sendCreating } from '../../bindings/queue/queue-client.ts';
import { messageOf } from '../../errors.ts';
import { toMetadata } from '../metadata.ts';
import { Outage } from '../outage.ts';
import type { InvokeTriggered, TriggeredInvocation, TriggerListener } from '../trigger.ts';
import type { BlobPattern } from './blob-pattern.ts';
import type { BlobReceipts } from './blob-receipts.ts';

export interface BlobListenerOptions {
  readonly container: ContainerClient;
  /** Where receipts are kept. */
  readonly hosts: ContainerClient;
  readonly receipts: BlobReceipts;
  readonly poisonQueue: QueueClient;
  readonly pattern: BlobPattern;
  readonly connection: string | undefined;
  /** Hand over the blob's address instead of its content. */
  readonly deferred: boolean;
  readonly dataType: string | undefined;
  readonly maxAttempts: number;
  /** Blobs that the function handles at once. */
  readonly maxConcurrent: number;
  readonly functionName: string;
  readonly invoke: InvokeTriggered;
  readonly clock: Clock;
  readonly log: Log;
}

/** Azure's host scans every 10 s; on this machine a scan is cheap and a developer waits for it. */
const SCAN_INTERVAL_MS = 1_000;

interface FoundBlob {
  readonly item: BlobItem;
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Scans a container and calls the function once for each version of each blob, present ones included. A version that has
 * failed too often is described in the poison queue. What was dealt with has a receipt, also after a restart.
 */
export class BlobListener implements TriggerListener {
  readonly #options: BlobListenerOptions;
  readonly #stop = new AbortController();
  /** Versions known to have a receipt, so that a scan asks for none of them again. */
  readonly #done = new Map<string, string>();
  readonly #outage: Outage;
  #scanning: Promise<void> = Promise.resolve();

  constructor(options: BlobListenerOptions) {
    this.#options = options;
    this.#outage = new Outage(`Container '${options.container.containerName}' could not be scanned`, options);
  }

  async start(): Promise<void> {
    this.#scanning = this.#scanAgainAndAgain();
  }

  stop(): Promise<void> {
    this.#stop.abort();
    return this.#scanning;
  }

  async #scanAgainAndAgain(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#options.hosts.createIfNotExists();
        await this.#scan();
        this.#outage.succeeded();
      } catch (error) {
        // A container that is missing is waited for.
        if (!isNotFound(error)) this.#outage.failed(error);
      }
      await sleep(this.#options.clock, SCAN_INTERVAL_MS, this.#stop.signal).catch(() => undefined);
    }
  }

  async #scan(): Promise<void> {
    const { container, pattern } = this.#options;
    const running = new Set<Promise<void>>();
    for await (const item of container.listBlobsFlat({ prefix: pattern.prefix, includeMetadata: true })) {
      if (this.#stop.signal.aborted) break;
      const values = pattern.match(item.name);
      if (!values || this.#done.get(item.name) === item.properties.etag) continue;
      const handling: Promise<void> = this.#handle({ item, values })
        .catch((error: unknown) => this.#warn(item, error))
        .finally(() => running.delete(handling));
      running.add(handling);
      if (running.size >= this.#options.maxConcurrent) await Promise.race(running);
    }
    await Promise.all(running);
  }

  async #handle(found: FoundBlob): Promise<void> {
    const { receipts } = this.#options;
    const { name, properties } = found.item;
    if (!(await receipts.has(name, properties.etag))) {
      if (!(await this.#tryOften(found))) return;
      await receipts.add(name, properties.etag);
    }
    this.#done.set(name, properties.etag);
  }

  /** False when the host stops before the function succeeded or failed for good. */
  async #tryOften(found: FoundBlob): Promise<boolean> {
    const { invoke, maxAttempts, poisonQueue, functionName, log } = this.#options;
    const invocation = await this.#invocationFor(found);
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      if ((await invoke(invocation)).succeeded) return true;
      if (this.#stop.signal.aborted) return false;
    }
    const { name, properties } = found.item;
    log.warn(
      { functionName },
      `A blob has failed ${maxAttempts} times. It is described in queue '${poisonQueue.name}'`,
    );
    const message = {
      Type: 'BlobTrigger',
      FunctionId: `Host.Functions.${functionName}`,
      BlobType: properties.blobType ?? 'BlockBlob',
      ContainerName: this.#options.container.containerName,
      BlobName: name,
      ETag: properties.etag,
    };
    await sendCreating(poisonQueue, encodeMessage(JSON.stringify(message), 'base64'));
    return true;
  }

  async #invocationFor({ item, values }: FoundBlob): Promise<TriggeredInvocation> {
    const { container, deferred, connection, dataType } = this.#options;
    const client = container.getBlobClient(item.name);
    const path = `${container.containerName}/${item.name}`;
    const address = { container: container.containerName, blob: item.name };
    const { lastModified, contentLength, contentType, etag } = item.properties;
    return {
      input: deferred ? deferredBlob(address, connection) : blobContent(await client.downloadToBuffer(), dataType),
      metadata: toMetadata({
        BlobTrigger: path,
        Uri: client.url,
        Properties: { LastModified: lastModified, ContentLength: contentLength, ContentType: contentType, ETag: etag },
        Metadata: item.metadata ?? {},
        ...values,
      }),
      reason: `New blob detected(LogsAndContainerScan): ${path}`,
    };
  }

  #warn({ name }: BlobItem, error: unknown): void {
    const { log, functionName, container } = this.#options;
    log.warn({ functionName }, `Blob '${container.containerName}/${name}' was not handled: ${messageOf(error)}`);
  }
}
