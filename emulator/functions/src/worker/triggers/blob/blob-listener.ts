import type { ContainerClient } from '@azure/storage-blob';
import { type Clock, type Log, sleep } from '@lazurite/runtime';
import { messageOf } from '../../../errors.ts';
import { blobContent, deferredBlob } from '../../bindings/blob/blob-address.ts';
import { encodeMessage, isNotFound, type QueueClient, sendCreating } from '../../bindings/queue/queue-client.ts';
import { toMetadata } from '../../bindings/trigger-metadata.ts';
import { Outage } from '../outage.ts';
import type { InvokeTriggered, TriggeredInvocation, TriggerListener } from '../trigger.ts';
import type { BlobPattern } from './blob-pattern.ts';
import type { BlobReceipts } from './blob-receipts.ts';

export interface BlobListenerOptions {
  /** What is scanned. It reports a failure at once: scans are repeated anyway. */
  readonly source: Pick<ContainerClient, 'listBlobsFlat'>;
  /** The same container, for all else. */
  readonly container: ContainerClient;
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
  readonly scanIntervalMs: number;
  /** Calls back with the name of a blob that was written; what it returns ends that. */
  readonly onBlob: (listener: (blobName: string) => void) => () => void;
  readonly functionName: string;
  readonly invoke: InvokeTriggered;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a list of blobs and a look at one of them both tell. */
interface BlobFacts {
  readonly lastModified?: Date | undefined;
  readonly contentLength?: number | undefined;
  readonly contentType?: string | undefined;
  readonly blobType?: string | undefined;
}

interface FoundBlob {
  readonly name: string;
  /** Without quotes around it. */
  readonly etag: string;
  readonly properties: BlobFacts;
  readonly metadata: Readonly<Record<string, string>>;
  /** Of the parameters in the trigger's path. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Calls a function once for each version of each blob of a container, present ones included: those that it is told of at
 * once, all others by a scan. A version that has failed too often is described in the poison queue. What was dealt with
 * has a receipt, also after a restart.
 */
export class BlobListener implements TriggerListener {
  readonly #options: BlobListenerOptions;
  readonly #stop = new AbortController();
  /** Versions known to have a receipt, so that a scan asks for none of them again. */
  readonly #done = new Map<string, string>();
  /** Versions in hand, `name/etag`: a scan may come upon what somebody has just told. */
  readonly #inHand = new Set<string>();
  /** How many of these are not waiting for others to end. */
  #active = 0;
  readonly #running = new Set<Promise<void>>();
  readonly #outage: Outage;
  #unsubscribe: () => void = () => undefined;
  #scanning: Promise<void> = Promise.resolve();

  constructor(options: BlobListenerOptions) {
    this.#options = options;
    this.#outage = new Outage(`Container '${options.container.containerName}' could not be scanned`, options);
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#options.onBlob((name) => this.#run(name, this.#look(name)));
    this.#scanning = this.#scanAgainAndAgain();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#unsubscribe();
    await this.#scanning;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #scanAgainAndAgain(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#scan();
        this.#outage.succeeded();
      } catch (error) {
        // A container that is missing is waited for.
        if (!isNotFound(error) && !this.#stop.signal.aborted) this.#outage.failed(error);
      }
      await sleep(this.#options.clock, this.#options.scanIntervalMs, this.#stop.signal).catch(() => undefined);
    }
  }

  async #scan(): Promise<void> {
    const { source, pattern } = this.#options;
    const abortSignal = this.#stop.signal;
    for await (const item of source.listBlobsFlat({ prefix: pattern.prefix, includeMetadata: true, abortSignal })) {
      if (abortSignal.aborted) break;
      await this.#offer(item.name, item.properties.etag, item);
    }
    await Promise.all(this.#running);
  }

  /** A blob that was told of. What goes wrong here is left to the next scan. */
  async #look(name: string): Promise<void> {
    const { container, pattern } = this.#options;
    if (!pattern.match(name)) return;
    const properties = await container
      .getBlobClient(name)
      .getProperties({ abortSignal: this.#stop.signal })
      .catch(() => undefined);
    if (properties?.etag) await this.#offer(name, properties.etag, { properties, metadata: properties.metadata });
  }

  /** Resolves when the blob was passed over, or is in hand. */
  async #offer(
    name: string,
    quotedEtag: string,
    { properties, metadata = {} }: { properties: BlobFacts; metadata?: FoundBlob['metadata'] | undefined },
  ): Promise<void> {
    const values = this.#options.pattern.match(name);
    const etag = quotedEtag.replaceAll('"', '');
    const version = `${name}/${etag}`;
    if (!values || this.#done.get(name) === etag || this.#inHand.has(version)) return;
    this.#inHand.add(version);
    while (this.#active >= this.#options.maxConcurrent) await Promise.race(this.#running);
    this.#active += 1;
    const handling = this.#handle({ name, etag, properties, metadata, values }).finally(() => {
      this.#active -= 1;
      this.#inHand.delete(version);
    });
    this.#run(name, handling);
  }

  #run(name: string, work: Promise<void>): void {
    const running: Promise<void> = work
      .catch((error: unknown) => this.#warn(name, error))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #handle(found: FoundBlob): Promise<void> {
    const { receipts } = this.#options;
    const { name, etag } = found;
    if (this.#stop.signal.aborted) return;
    if (!(await receipts.has(name, etag))) {
      if (!(await this.#tryOften(found))) return;
      await receipts.add(name, etag);
    }
    this.#done.set(name, etag);
  }

  /** False when the host stops before the function succeeded or failed for good. */
  async #tryOften(found: FoundBlob): Promise<boolean> {
    const { invoke, maxAttempts, poisonQueue, functionName, log } = this.#options;
    const invocation = await this.#invocationFor(found);
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      if ((await invoke(invocation)).succeeded) return true;
      if (this.#stop.signal.aborted) return false;
    }
    const { name, etag, properties } = found;
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
      ETag: etag,
    };
    await sendCreating(poisonQueue, encodeMessage(JSON.stringify(message), 'base64'));
    return true;
  }

  async #invocationFor({ name, etag, properties, metadata, values }: FoundBlob): Promise<TriggeredInvocation> {
    const { container, deferred, connection, dataType } = this.#options;
    const client = container.getBlobClient(name);
    const path = `${container.containerName}/${name}`;
    const address = { container: container.containerName, blob: name };
    const { lastModified, contentLength, contentType } = properties;
    return {
      input: deferred ? deferredBlob(address, connection) : blobContent(await client.downloadToBuffer(), dataType),
      metadata: toMetadata({
        BlobTrigger: path,
        Uri: client.url,
        Properties: { LastModified: lastModified, ContentLength: contentLength, ContentType: contentType, ETag: etag },
        Metadata: metadata,
        ...values,
      }),
      reason: `New blob detected(LogsAndContainerScan): ${path}`,
    };
  }

  #warn(name: string, error: unknown): void {
    const { log, functionName, container } = this.#options;
    log.warn({ functionName }, `Blob '${container.containerName}/${name}' was not handled: ${messageOf(error)}`);
  }
}
