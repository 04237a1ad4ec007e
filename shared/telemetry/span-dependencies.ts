import type { ContextManager, Histogram, Meter, Tracer } from '@opentelemetry/api';

export interface SpanDependencies {
  readonly tracer: Tracer;
  readonly contexts: ContextManager;
  readonly meters: Meters;
  /** Milliseconds since any moment. */
  elapsed(): number;
}

export interface Meters {
  readonly requestDuration: Histogram;
  readonly invocationDuration: Histogram;
  readonly storeDuration: Histogram;
  readonly requestCharge: Histogram;
  readonly notificationDelay: Histogram;
}

/** As the semantic conventions advise for durations of requests, and of calls of databases. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const CALL_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const REQUEST_UNITS = [1, 5, 10, 25, 50, 100, 250, 500, 1_000];
/** From at once to a receiver that was away for hours. */
const DELAY_SECONDS = [0.1, 0.3, 1, 3, 10, 30, 60, 300, 900, 3_600, 14_400];

/** Counts come with the histograms: each has the number and the sum of what was recorded. */
export function createMeters(meter: Meter): Meters {
  return {
    requestDuration: histogram(meter, 'http.server.request.duration', ['s', REQUEST_SECONDS]),
    invocationDuration: histogram(meter, 'faas.invoke_duration', ['s', REQUEST_SECONDS]),
    storeDuration: histogram(meter, 'db.client.operation.duration', ['s', CALL_SECONDS]),
    requestCharge: histogram(meter, 'azure.cosmosdb.client.operation.request_charge', [
      '{request_unit}',
      REQUEST_UNITS,
    ]),
    notificationDelay: histogram(meter, 'graph.notification.delay', ['s', DELAY_SECONDS]),
  };
}

function histogram(meter: Meter, name: string, [unit, explicitBucketBoundaries]: [string, number[]]): Histogram {
  return meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries } });
}
