import type { ContainerClient } from '@azure/storage-blob';
import { type Clock, type Log, sleep } from '@lazurite/runtime';
import { messageOf } from '../../../errors.ts';
import type { RpcTypedData } from '../../../protocol/rpc-types.ts';
import { toMetadata } from '../../bindings/binding-data.ts';
import { encodeMessage, isNotFound, type QueueClient, sendCreating } from '../../bindings/queue/queue-client.ts';
import type { InvokeTriggered, TriggeredInvocation } from '../../invocation/invocation.ts';
import { RetryLog } from '../polling.ts';
import type { TriggerListener } from '../trigger.ts';
import type { BlobPattern } from './blob-pattern.ts';

/** Until a container is scanned again that could not be read. */
const MAX_RETRY_MS = 10_000;

/** Port: the blob versions that a function has processed. */
export interface BlobReceipts {
  has(blobName: string, etag: string): Promise<boolean>;
  add(blobName: string, etag: string): Promise<void>;
}

export interface BlobListenerOptions {
  /** Lists the blobs. It does not retry, because scans are repeated anyway. */
  readonly source: Pick<ContainerClient, 'listBlobsFlat'>;
  /** The same container with retries, for all other requests. */
  readonly container: ContainerClient;
  readonly receipts: BlobReceipts;
  readonly poisonQueue: QueueClient;
  readonly pattern: BlobPattern;
  /** The value of the trigger binding: the blob's content, or its address for an SDK client. */
  readonly readInput: (blobName: string) => Promise<RpcTypedData>;
  readonly maxAttempts: number;
  /** How many blobs the function processes at once. */
  readonly maxConcurrent: number;
  readonly scanIntervalMs: number;
  /** Calls `listener` for each blob that is written. Returns a function that ends the subscription. */
  readonly onBlob: (listener: (blobName: string) => void) => () => void;
  readonly functionName: string;
  readonly invoke: InvokeTriggered;
  readonly clock: Clock;
  readonly log: Log;
}

/** Properties that both a blob list and a single blob have. */
interface BlobProperties {
  readonly lastModified?: Date | undefined;
  readonly contentLength?: number | undefined;
  readonly contentType?: string | undefined;
  readonly blobType?: string | undefined;
}

interface FoundBlob {
  readonly name: string;
  /** Without the quotes. */
  readonly etag: string;
  readonly properties: BlobProperties;
  readonly metadata: Readonly<Record<string, string>>;
  /** The values of the parameters in the trigger's path. */
  readonly values: Readonly<Record<string, string>>;
}

/**
 * Calls a function once for each version of each blob of a container, existing blobs included. It learns of new versions
 * by notifications and by scans. Each processed version gets a receipt, so that a restart does not repeat it. A version
 * that has failed too often is described in the poison queue.
 */
export class BlobListener implements TriggerListener {
  readonly #options: BlobListenerOptions;
  readonly #stop = new AbortController();
  /** Versions known to have a receipt, so that later scans skip them. */
  readonly #done = new Map<string, string>();
  /** Versions being processed, `name/etag`: a scan may find what was just notified. */
  readonly #inProgress = new Set<string>();
  /** How many of these do not wait for capacity. */
  #active = 0;
  readonly #running = new Set<Promise<void>>();
  readonly #retryLog: RetryLog;
  #unsubscribe: () => void = () => undefined;
  #scanning: Promise<void> = Promise.resolve();

  constructor(options: BlobListenerOptions) {
    this.#options = options;
    this.#retryLog = new RetryLog(`Container '${options.container.containerName}' could not be scanned`, options);
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#options.onBlob((name) => this.#run(name, this.#offerNotified(name)));
    this.#scanning = this.#scanRepeatedly();
  }

  /** The versions that need not be looked for in the receipts. */
  state(): readonly (readonly [string, string])[] {
    return [...this.#done];
  }

  restore(state: unknown): void {
    this.#done.clear();
    // What `state` gave; none, when there was no listener yet.
    for (const [name, etag] of (state ?? []) as ReturnType<BlobListener['state']>) this.#done.set(name, etag);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#unsubscribe();
    await this.#scanning;
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #scanRepeatedly(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const isRead = await this.#tryToScan();
      const { scanIntervalMs, clock } = this.#options;
      const delayMs = isRead ? scanIntervalMs : Math.min(scanIntervalMs, MAX_RETRY_MS);
      await sleep(clock, delayMs, this.#stop.signal).catch(() => undefined);
    }
  }

  /** False when the container could not be read. A missing one is empty: it may be created later. */
  async #tryToScan(): Promise<boolean> {
    try {
      await this.#scan();
      this.#retryLog.succeeded();
    } catch (error) {
      if (isNotFound(error) || this.#stop.signal.aborted) return true;
      this.#retryLog.failed(error);
      return false;
    }
    return true;
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

  /** The next scan finds a blob whose properties cannot be read here. */
  async #offerNotified(name: string): Promise<void> {
    const { container, pattern } = this.#options;
    if (!pattern.match(name)) return;
    const properties = await container
      .getBlobClient(name)
      .getProperties({ abortSignal: this.#stop.signal })
      .catch(() => undefined);
    if (properties?.etag) await this.#offer(name, properties.etag, { properties, metadata: properties.metadata });
  }

  /** Resolves when the blob was skipped, or its processing has begun. */
  async #offer(
    name: string,
    quotedEtag: string,
    { properties, metadata = {} }: { properties: BlobProperties; metadata?: FoundBlob['metadata'] | undefined },
  ): Promise<void> {
    const values = this.#options.pattern.match(name);
    const etag = quotedEtag.replaceAll('"', '');
    const version = `${name}/${etag}`;
    if (!values || this.#done.get(name) === etag || this.#inProgress.has(version)) return;
    this.#inProgress.add(version);
    while (this.#active >= this.#options.maxConcurrent) await Promise.race(this.#running);
    this.#active += 1;
    const handling = this.#handle({ name, etag, properties, metadata, values }).finally(() => {
      this.#active -= 1;
      this.#inProgress.delete(version);
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
      if (!(await this.#invokeWithAttempts(found))) return;
      await receipts.add(name, etag);
    }
    this.#done.set(name, etag);
  }

  /** False when the host stops before the function succeeded or failed for good. */
  async #invokeWithAttempts(found: FoundBlob): Promise<boolean> {
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
    const { container, readInput } = this.#options;
    const client = container.getBlobClient(name);
    const path = `${container.containerName}/${name}`;
    const { lastModified, contentLength, contentType } = properties;
    return {
      input: await readInput(name),
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
