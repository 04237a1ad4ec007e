import type { TriggerFactories } from './trigger-listeners.ts';

/** The triggers, besides HTTP, whose events occur on this machine. */
export const TRIGGER_FACTORIES: TriggerFactories = new Map([
  ['timertrigger', async () => (await import('../triggers/timer/timer-trigger.ts')).createTimerTrigger],
  ['queuetrigger', async () => (await import('../triggers/queue/queue-trigger.ts')).createQueueTrigger],
  ['cosmosdbtrigger', async () => (await import('../triggers/cosmos/cosmos-trigger.ts')).cosmosTriggerFactory()],
]);
