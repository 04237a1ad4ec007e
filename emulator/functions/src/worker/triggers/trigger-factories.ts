import type { TriggerFactories } from './listener-scope.ts';

/** The triggers, besides HTTP, whose events occur on this machine. */
export const TRIGGER_FACTORIES: TriggerFactories = new Map([
  ['blobtrigger', async () => (await import('./blob/blob-trigger.ts')).createBlobTrigger],
  ['cosmosdbtrigger', async () => (await import('./cosmos/cosmos-trigger.ts')).cosmosTriggerFactory()],
  ['eventgridtrigger', async () => (await import('./webhook-trigger.ts')).webhookTrigger],
  ['queuetrigger', async () => (await import('./queue/queue-trigger.ts')).createQueueTrigger],
  ['timertrigger', async () => (await import('./timer/timer-trigger.ts')).createTimerTrigger],
  ['warmuptrigger', async () => (await import('./webhook-trigger.ts')).webhookTrigger],
]);
