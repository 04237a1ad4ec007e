import type { AppTelemetry, TelemetryDependencies, TelemetrySettings } from './app-telemetry.ts';

export interface LoadingTelemetry extends AppTelemetry {
  /** Settles once telemetry is recorded; until then, nothing is. */
  readonly loaded: Promise<void>;
}

/** Loads the OpenTelemetry SDK while the app starts: it takes as long as all the rest, and nobody waits for it. */
export function loadTelemetry(settings: TelemetrySettings, parts: TelemetryDependencies): LoadingTelemetry {
  let current: AppTelemetry = NOT_LOADED;
  const loaded = import('./open-telemetry.ts')
    .then(async ({ openTelemetry }) => {
      current = await openTelemetry(settings, parts);
    })
    .catch(parts.onFailure);
  return {
    loaded,
    inRequest: (ids, work) => current.inRequest(ids, work),
    storeCall: (call, work) => current.storeCall(call, work),
    traceparent: () => current.traceparent(),
    notification: (origins, work) => current.notification(origins, work),
    notificationDelivered: (delayMs) => current.notificationDelivered(delayMs),
    invocation: (call, work) => current.invocation(call, work),
    close: async () => {
      await loaded;
      await current.close();
    },
  };
}

/** Does the work, and records nothing. */
const NOT_LOADED: AppTelemetry = {
  inRequest: (_ids, work) => work(),
  storeCall: (_call, work) => work(() => undefined),
  traceparent: () => null,
  notification: (_origins, work) => work(),
  notificationDelivered: () => undefined,
  invocation: (_call, work) => work(),
  close: async () => undefined,
};
