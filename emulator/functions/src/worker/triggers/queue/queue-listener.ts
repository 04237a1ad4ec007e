import type { DequeuedMessageItem } from '@azure/storage-queue';
import type { Clock, Log, Randomness } from '@lazurite/runtime';
import type { QueuesSettings } from '../../../config/host-settings.ts';
import { messageOf } from '../../../errors.ts';
import { decodeMessage, isNotFound, type QueueClient, sendCreating } from '../../bindings/queue/queue-client.ts';
import { Alarm } from '../alarm.ts';
import { Backoff } from '../backoff.ts';
import { Outage } from '../outage.ts';
import type { InvokeTriggered, TriggerListener } from '../trigger.ts';
import { toInvocation } from './queue-message.ts';

export interface QueueListenerOptions {
  /** Where messages are received. It reports a failure at once: polls are repeated anyway. */
  readonly source: Pick<QueueClient, 'receiveMessages'>;
  /** The same queue, for what must succeed in the end. */
  readonly queue: QueueClient;
  readonly poisonQueue: QueueClient;
  readonly queues: QueuesSettings;
  /** Calls back when there may be a message; what it returns ends that. */
  readonly onChange: (listener: () => void) => () => void;
  readonly functionName: string;
  readonly invoke: InvokeTriggered;
  readonly clock: Clock;
  readonly random: Randomness;
  readonly log: Log;
}

const MIN_POLLING_INTERVAL_MS = 100;
/** A message is hidden for so long while it is processed, and for so long again at half of the time. */
const VISIBILITY_SECONDS = 600;
const RENEWAL_MS = (VISIBILITY_SECONDS * 1_000) / 2;

/** A message in hand; each renewal gives it another receipt. */
interface Held {
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
  readonly #alarm = new Alarm();
  readonly #outage: Outage;
  #unsubscribe: () => void = () => undefined;
  #polling: Promise<void> = Promise.resolve();

  constructor(options: QueueListenerOptions) {
    this.#options = options;
    this.#outage = new Outage(`Queue '${options.queue.name}' could not be read`, options);
  }

  async start(): Promise<void> {
    this.#unsubscribe = this.#options.onChange(() => this.#alarm.ring());
    this.#polling = this.#poll();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#unsubscribe();
    this.#alarm.ring();
    await this.#polling;
    await Promise.all(this.#processing);
  }

  async #poll(): Promise<void> {
    const { queues, clock, random } = this.#options;
    const limits = { minMs: MIN_POLLING_INTERVAL_MS, maxMs: queues.maxPollingIntervalMs };
    const backoff = new Backoff(limits, random);
    const { signal } = this.#stop;
    while (!signal.aborted) {
      this.#alarm.reset();
      const messages = await this.#receive();
      for (const message of messages) this.#begin(message);
      if (messages.length > 0) backoff.reset();
      else await this.#alarm.sleep(clock, backoff.next());
      await this.#roomForMore();
    }
  }

  /** Nothing when the queue is missing or does not answer: the trigger waits for it. */
  async #receive(): Promise<readonly DequeuedMessageItem[]> {
    const { source, queues } = this.#options;
    try {
      const options = { numberOfMessages: queues.batchSize, visibilityTimeout: VISIBILITY_SECONDS };
      const received = await source.receiveMessages({ ...options, abortSignal: this.#stop.signal });
      this.#outage.succeeded();
      return received.receivedMessageItems;
    } catch (error) {
      if (!isNotFound(error) && !this.#stop.signal.aborted) this.#outage.failed(error);
      return [];
    }
  }

  /** The next batch is fetched once no more messages are in hand than the threshold, by default half a batch. */
  async #roomForMore(): Promise<void> {
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

  async #process(held: Held): Promise<void> {
    const { queue, queues, invoke } = this.#options;
    const { message } = held;
    const text = decodeMessage(message.messageText, queues.messageEncoding);
    if (text === undefined || message.dequeueCount > queues.maxDequeueCount) return this.#moveToPoison(held);
    const stopRenewing = this.#renew(held);
    const outcome = await invoke(toInvocation(message, queue.name, text));
    await stopRenewing();
    if (outcome.succeeded) await queue.deleteMessage(message.messageId, held.popReceipt);
    else if (message.dequeueCount >= queues.maxDequeueCount) await this.#moveToPoison(held);
    else await this.#show(held, queues.visibilityTimeoutMs / 1_000);
  }

  /** Keeps the message hidden. The function that is returned ends that, once the receipt is the last one. */
  #renew(held: Held): () => Promise<void> {
    let renewing = Promise.resolve();
    const { clock, log } = this.#options;
    const schedule = () =>
      clock.setTimer(RENEWAL_MS, () => {
        renewing = this.#show(held, VISIBILITY_SECONDS).catch((error: unknown) => {
          log.warn({ messageId: held.message.messageId }, `A queue message was not renewed: ${messageOf(error)}`);
        });
        timer = schedule();
      });
    let timer = schedule();
    return () => {
      timer.cancel();
      return renewing;
    };
  }

  async #show(held: Held, inSeconds: number): Promise<void> {
    const { messageId, messageText } = held.message;
    const { queue } = this.#options;
    const { popReceipt } = await queue.updateMessage(messageId, held.popReceipt, messageText, Math.ceil(inSeconds));
    if (popReceipt !== undefined) held.popReceipt = popReceipt;
  }

  async #moveToPoison(held: Held): Promise<void> {
    const { queue, poisonQueue, queues, log, functionName } = this.#options;
    const { message } = held;
    log.warn(
      { functionName, messageId: message.messageId },
      `Message has reached MaxDequeueCount of ${queues.maxDequeueCount}. Moving message to queue '${poisonQueue.name}'.`,
    );
    await sendCreating(poisonQueue, message.messageText);
    await queue.deleteMessage(message.messageId, held.popReceipt);
  }
}
