import type { WorkerInit } from '../../protocol/messages.ts';
import type { WorkerParts } from '../app/function-app.ts';
import type { TriggerServices } from './trigger.ts';

/** What triggers and bindings of this app are given. */
export function triggerServices(init: WorkerInit, parts: WorkerParts): TriggerServices {
  const { clock, randomness: random, log, changes, storage } = parts;
  const { settings, env, dataDir, hostId } = init;
  return { clock, random, log, settings, env, dataDir, hostId, changes, storage };
}
