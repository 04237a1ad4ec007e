import type { DequeuedMessageItem } from '@azure/storage-queue';
import type { Clock, Log, Randomness } from '@lazurite/runtime';
import type { QueuesSettings } from '../../../config/host-settings.ts';
import { messageOf } from '../../../errors.ts';
import { toMetadata } from '../../bindings/binding-data.ts';
import { decodeMessage, isNotFound, type QueueClient, sendCreating } from '../../bindings/queue/queue-client.ts';
import type { InvokeTriggered, TriggeredInvocation } from '../../invocation/invocation.ts';
import { Backoff, RetryLog, WakeableSleep } from '../polling.ts';
import type { TriggerListener } from '../trigger.ts';

export interface QueueListenerOptions {
  /** Receives the messages. It does not retry, because polls are repeated anyway. */
  readonly source: Pick<QueueClient, 'receiveMessages'>;
  /** The same queue with retries, for deletes and updates. */
  readonly queue: QueueClient;
  readonly poisonQueue: QueueClient;
  readonly queues: QueuesSettings;
  /** Whether `onChange` calls whenever a message can be received. */
  readonly eventDriven?: true;
  /** Calls `listener` when there may be a message. Returns a function that ends the subscription. */
  readonly onChange: (listener: () => void) => () => void;
  readonly functionName: string;
  readonly invoke: InvokeTriggered;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
}

const MIN_POLLING_INTERVAL_MS = 100;
/** Until a queue is read again that could not be read, where nothing else wakes the trigger. */
const RETRY_MS = 1_000;
/** How long a received message stays hidden. Half of this time later it is renewed. */
const VISIBILITY_SECONDS = 600;
const RENEWAL_MS = (VISIBILITY_SECONDS * 1_000) / 2;

/** A received message that stays hidden while it is processed. Each renewal returns another receipt. */
interface LeasedMessage {
  readonly message: DequeuedMessageItem;
  popReceipt: string;
}

/**
 * Polls a queue and calls the function for each message, several at once, as QueueListener of the WebJobs extensions does.
 * A message is deleted when the function succeeded, shown again when it failed, and moved to the poison queue when it
 * failed too often.
 */
export class QueueListener implements TriggerListener {
  readonly #options: QueueListenerOptions;
  readonly #stop = new AbortController();
  readonly #processing = new Set<Promise<void>>();
  readonly #idle = new WakeableSleep();
  readonly #retryLog: RetryLog;
  #unsubscribe: () => void = () => undefined;
  #polling: Promise<void> = Promise.resolve();

  constructor(options: QueueListenerOptions) {
    this.#options = options;
    this.#retryLog = new RetryLog(`Queue '${options.queue.name}' could not be read`, options);
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#options.onChange(() => this.#idle.wake());
    this.#polling = this.#poll();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#unsubscribe();
    this.#idle.wake();
    await this.#polling;
    await Promise.all(this.#processing);
  }

  async #poll(): Promise<void> {
    const { queues, clock, random, eventDriven } = this.#options;
    const limits = eventDriven
      ? { minMs: Number.POSITIVE_INFINITY, maxMs: Number.POSITIVE_INFINITY }
      : { minMs: MIN_POLLING_INTERVAL_MS, maxMs: queues.maxPollingIntervalMs };
    const backoff = new Backoff(limits, random);
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#idle.reset();
      const messages = await this.#receive();
      for (const message of messages ?? []) this.#begin(message);
      if (messages && messages.length > 0) backoff.reset();
      else await this.#idle.sleep(clock, !messages && eventDriven ? RETRY_MS : backoff.next());
      await this.#waitForCapacity();
    }
  }

  /** Empty when the queue is missing, undefined when it cannot be read: the trigger waits for it. */
  async #receive(): Promise<readonly DequeuedMessageItem[] | undefined> {
    const { source, queues } = this.#options;
    try {
      const options = { numberOfMessages: queues.batchSize, visibilityTimeout: VISIBILITY_SECONDS };
      const received = await source.receiveMessages({ ...options, abortSignal: this.#stop.signal });
      this.#retryLog.succeeded();
      return received.receivedMessageItems;
    } catch (error) {
      if (isNotFound(error) || this.#stop.signal.aborted) return [];
      this.#retryLog.failed(error);
      return undefined;
    }
  }

  /** Resolves when the number of messages being processed is at most the threshold, by default half a batch. */
  async #waitForCapacity(): Promise<void> {
    const { batchSize, newBatchThreshold = batchSize / 2 } = this.#options.queues;
    while (this.#processing.size > newBatchThreshold) await Promise.race(this.#processing);
  }

  #begin(message: DequeuedMessageItem): void {
    const { log, functionName } = this.#options;
    const done: Promise<void> = this.#process({ message, popReceipt: message.popReceipt })
      .catch((error: unknown) => {
        log.error(
          { functionName, messageId: message.messageId },
          `A queue message was not settled: ${messageOf(error)}`,
        );
      })
      .finally(() => this.#processing.delete(done));
    this.#processing.add(done);
  }

  async #process(leased: LeasedMessage): Promise<void> {
    const { queue, queues, invoke } = this.#options;
    const { message } = leased;
    const text = decodeMessage(message.messageText, queues.messageEncoding);
    if (text === undefined || message.dequeueCount > queues.maxDequeueCount) return this.#moveToPoison(leased);
    const stopRenewing = this.#renew(leased);
    const outcome = await invoke(toInvocation(message, queue.name, text));
    await stopRenewing();
    if (outcome.succeeded) await queue.deleteMessage(message.messageId, leased.popReceipt);
    else if (message.dequeueCount >= queues.maxDequeueCount) await this.#moveToPoison(leased);
    else await this.#show(leased, queues.visibilityTimeoutMs / 1_000);
  }

  /** Keeps the message hidden. The returned function stops that, and resolves once the last renewal has ended. */
  #renew(leased: LeasedMessage): () => Promise<void> {
    let renewing = Promise.resolve();
    const { clock, log } = this.#options;
    const schedule = () =>
      clock.setTimer(RENEWAL_MS, () => {
        renewing = this.#show(leased, VISIBILITY_SECONDS).catch((error: unknown) => {
          log.warn({ messageId: leased.message.messageId }, `A queue message was not renewed: ${messageOf(error)}`);
        });
        timer = schedule();
      });
    let timer = schedule();
    return () => {
      timer.cancel();
      return renewing;
    };
  }

  async #show(leased: LeasedMessage, inSeconds: number): Promise<void> {
    const { messageId, messageText } = leased.message;
    const { queue } = this.#options;
    const { popReceipt } = await queue.updateMessage(messageId, leased.popReceipt, messageText, Math.ceil(inSeconds));
    if (popReceipt !== undefined) leased.popReceipt = popReceipt;
  }

  async #moveToPoison(leased: LeasedMessage): Promise<void> {
    const { queue, poisonQueue, queues, log, functionName } = this.#options;
    const { message } = leased;
    log.warn(
      { functionName, messageId: message.messageId },
      `Message has reached MaxDequeueCount of ${queues.maxDequeueCount}. Moving message to queue '${poisonQueue.name}'.`,
    );
    await sendCreating(poisonQueue, message.messageText);
    await queue.deleteMessage(message.messageId, leased.popReceipt);
  }
}

function toInvocation(message: DequeuedMessageItem, queueName: string, text: string): TriggeredInvocation {
  return {
    input: { string: text },
    metadata: toMetadata(
      {
        QueueTrigger: text,
        DequeueCount: message.dequeueCount,
        ExpirationTime: message.expiresOn,
        Id: message.messageId,
        InsertionTime: message.insertedOn,
        NextVisibleTime: message.nextVisibleOn,
        PopReceipt: message.popReceipt,
      },
      text,
    ),
    reason: `New queue message detected on '${queueName}'.`,
    details: `MessageId: ${message.messageId}, DequeueCount: ${message.dequeueCount}, InsertionTime: ${message.insertedOn.toISOString()}`,
  };
}
