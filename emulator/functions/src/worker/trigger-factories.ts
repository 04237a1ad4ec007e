import type { TriggerFactories } from './listener-scope.ts';

/** The triggers, besides HTTP, whose events occur on this machine. */
export const TRIGGER_FACTORIES: TriggerFactories = new Map([
  ['blobtrigger', async () => (await import('../triggers/blob/blob-trigger.ts')).createBlobTrigger],
  ['cosmosdbtrigger', async () => (await import('../triggers/cosmos/cosmos-trigger.ts')).cosmosTriggerFactory()],
  ['eventgridtrigger', async () => (await import('../triggers/webhook-trigger.ts')).webhookTrigger],
  ['queuetrigger', async () => (await import('../triggers/queue/queue-trigger.ts')).createQueueTrigger],
  ['timertrigger', async () => (await import('../triggers/timer/timer-trigger.ts')).createTimerTrigger],
  ['warmuptrigger', async () => (await import('../triggers/webhook-trigger.ts')).webhookTrigger],
]);
