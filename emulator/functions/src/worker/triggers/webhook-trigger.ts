import type { TriggerFactory } from './trigger.ts';

/** For triggers that fire by requests to `/runtime/webhooks` and `/admin/warmup`: there is nothing to listen to besides. */
export const webhookTrigger: TriggerFactory = async () => ({
  start: async () => undefined,
  stop: async () => undefined,
});
