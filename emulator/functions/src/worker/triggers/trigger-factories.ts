import type { TriggerFactory, TriggerListener } from './trigger.ts';

/** The implementation of each trigger, by its type in lower case; loaded only when a function needs it. */
export type TriggerFactories = ReadonlyMap<string, () => Promise<TriggerFactory>>;

/** The triggers, besides HTTP, whose events occur on this machine. */
export const TRIGGER_FACTORIES: TriggerFactories = new Map([
  ['blobtrigger', async () => (await import('./blob/blob-trigger.ts')).createBlobTrigger],
  ['cosmosdbtrigger', async () => (await import('./cosmos/cosmos-trigger.ts')).cosmosTriggerFactory()],
  ['eventgridtrigger', async () => createRequestTrigger],
  ['mcpprompttrigger', async () => createRequestTrigger],
  ['mcpresourcetrigger', async () => createRequestTrigger],
  ['mcptooltrigger', async () => createRequestTrigger],
  ['queuetrigger', async () => (await import('./queue/queue-trigger.ts')).createQueueTrigger],
  ['timertrigger', async () => (await import('./timer/timer-trigger.ts')).createTimerTrigger],
  ['warmuptrigger', async () => createRequestTrigger],
]);

/** Requests to `/runtime/webhooks` and `/admin/warmup` call these functions, so the listener does nothing. */
async function createRequestTrigger(): Promise<TriggerListener> {
  return { start: async () => undefined, stop: async () => undefined };
}
