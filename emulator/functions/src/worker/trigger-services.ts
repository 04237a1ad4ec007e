import type { WorkerInit } from '../ipc/messages.ts';
import type { TriggerServices } from '../triggers/trigger.ts';
import type { WorkerParts } from './function-app.ts';

/** What triggers and bindings of this app are given. */
export function triggerServices(init: WorkerInit, { clock, randomness, log, changes }: WorkerParts): TriggerServices {
  const { settings, env, dataDir, hostId } = init;
  return { clock, random: randomness, log, settings, env, dataDir, hostId, changes };
}
