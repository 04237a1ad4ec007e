import { AggregationTemporality, InMemoryMetricExporter, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, type ReadableSpan } from '@opentelemetry/sdk-trace';
import type { AppTelemetry, Invocation } from '../../shared/telemetry/app-telemetry.ts';
import { telemetryTo } from '../../shared/telemetry/open-telemetry.ts';

const TRACE_IDS = ['0af7651916cd43dd8448eb211c80319c', '4bf92f3577b34da6a3ce929d0e0e4736'];
const QUEUE: Invocation = { functionName: 'Deliver', traceparent: undefined, tracestate: undefined, http: null };

let exported: ReadableSpan[];
let measured: ResourceMetrics[];
let telemetry: AppTelemetry;
let elapsed: number;

/** Exporters forget what they have when they are shut down; these tell it before. */
class Spans extends InMemorySpanExporter {
  override async shutdown(): Promise<void> {
    exported = this.getFinishedSpans();
  }
}

class Metrics extends InMemoryMetricExporter {
  override async shutdown(): Promise<void> {
    measured = this.getMetrics();
  }
}

beforeEach(() => {
  elapsed = 0;
  telemetry = telemetryTo(
    { spans: [new Spans()], metrics: [new Metrics(AggregationTemporality.CUMULATIVE)] },
    { serviceName: 'test', metricIntervalMs: 60_000 },
    { elapsed: () => elapsed },
  );
});

async function spans(): Promise<readonly ReadableSpan[]> {
  await telemetry.close();
  return exported;
}

/** What was recorded: how often, how much in all, and for what. */
function histogram(name: string) {
  const metrics = measured.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const metric = metrics.find(({ descriptor }) => descriptor.name === name);
  return metric?.dataPoints.map(({ value, attributes }) => {
    const { count, sum } = value as { count: number; sum?: number }; // of histograms, which all of ours are
    return { count, sum, attributes };
  });
}

test('A notification is linked to the requests that made its changes, and its delay is measured', async () => {
  const origins = [...TRACE_IDS.map((id) => `00-${id}-b7ad6b7169203331-01`), null, 'nonsense'];
  await telemetry.invocation(QUEUE, () =>
    telemetry.notification(origins, async () => {
      telemetry.notificationDelivered(1_500);
      return { kind: 'accepted' };
    }),
  );
  const [sent, fn] = await spans();
  expect(sent).toMatchObject({ name: 'send notification', status: { code: 0 } });
  expect(sent?.parentSpanContext?.spanId).toBe(fn?.spanContext().spanId);
  expect(sent?.links.map(({ context }) => context.traceId)).toEqual(TRACE_IDS);
  expect(sent?.attributes).toMatchObject({ 'graph.notification.outcome': 'accepted' });
  expect(histogram('graph.notification.delay')).toEqual([{ count: 1, sum: 1.5, attributes: {} }]);
});

test('A notification that is not taken is a failure', async () => {
  await telemetry.notification([], async () => ({ kind: 'rejected' }));
  await expect(telemetry.notification([], () => Promise.reject(new Error('x')))).rejects.toThrow('x');
  expect((await spans()).map(({ status }) => status.code)).toEqual([2, 2]);
});

test('A function that fails is recorded by the kind of its error, without the message', async () => {
  const failing = telemetry.invocation(QUEUE, async () => {
    elapsed = 2_000;
    throw new TypeError('a secret');
  });
  await expect(failing).rejects.toThrow('a secret');
  const [span] = await spans();
  expect(span).toMatchObject({ name: 'Deliver', status: { code: 2 }, attributes: { 'error.type': 'TypeError' } });
  expect(histogram('faas.invoke_duration')).toEqual([
    { count: 1, sum: 2, attributes: { 'faas.name': 'Deliver', 'error.type': 'TypeError' } },
  ]);
  expect([span?.status.message, span?.events]).toEqual([undefined, []]);
});

test('A request to the store that gets no answer is a failure, and costs nothing', async () => {
  const call = { operation: 'read_item', endpoint: 'https://a.example/', database: 'teams', container: 'operations' };
  await expect(telemetry.storeCall(call, () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  const [span] = await spans();
  expect(span).toMatchObject({ name: 'read_item operations', status: { code: 2 } });
  expect(span?.attributes).toMatchObject({ 'error.type': 'no_answer', 'server.address': 'a.example' });
});

test('What is done because of a request is known by the trace of the request', async () => {
  expect(telemetry.traceparent()).toBeNull();
  const traceparent = `00-${TRACE_IDS[0]}-b7ad6b7169203331-01`;
  let within: string | null = null;
  await telemetry.invocation({ ...QUEUE, traceparent }, async () => {
    within = telemetry.traceparent();
  });
  const [span] = await spans();
  expect(within).toBe(`00-${TRACE_IDS[0]}-${span?.spanContext().spanId}-01`);
});
