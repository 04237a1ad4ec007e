import { type OtlpCollector, startOtlpCollector } from '../../testing/otlp-collector.ts';
import { closeTestHosts, startTestHost, type TestHost } from '../../testing/test-host.ts';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const CALLER = `00-${TRACE_ID}-b7ad6b7169203331-01`;
const [INTERNAL, SERVER, CONSUMER] = [1, 2, 5]; // opentelemetry-proto trace.proto, Span.SpanKind
const ERROR = { code: 2 };

let collector: OtlpCollector;
beforeEach(async () => {
  collector = await startOtlpCollector();
});
afterEach(async () => {
  await closeTestHosts();
  await collector.close();
});

function startTraced(env: Record<string, string> = {}, app = 'v4-traces'): Promise<TestHost> {
  const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json', ...env };
  return startTestHost(app, { triggers: false, env: { ...process.env, ...settings } });
}

describe('A host with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  test("traces an HTTP call as a child of the caller's span, and its logs with it", async () => {
    const host = await startTraced({ OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' });
    const headers = { traceparent: CALLER, tracestate: 'vendor=1', 'user-agent': 'tests' };
    const response = await host.fetch('/api/people/Ada?code=secret', { headers });
    await host.close();
    const [span, ...others] = collector.spans();
    expect(others).toEqual([]);
    expect(span).toMatchObject({ name: 'GET /api/people/{name}', kind: SERVER, status: { code: 0 } });
    expect(span).toMatchObject({ traceId: TRACE_ID, parentSpanId: 'b7ad6b7169203331' });
    expect(span?.attributes).toEqual({
      'faas.name': 'greet',
      'faas.trigger': 'http',
      'faas.invocation_id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'http.request.method': 'GET',
      'http.route': '/api/people/{name}',
      'http.response.status_code': 202,
      'url.path': '/api/people/Ada',
      'url.scheme': 'http',
      'server.address': '127.0.0.1',
      'server.port': host.port,
      'user_agent.original': 'tests',
    });
    expect(span?.resource).toMatchObject({ 'service.name': 'v4-traces', 'deployment.environment.name': 'test' });
    expect(await response.json()).toMatchObject({
      traceParent: `00-${TRACE_ID}-${span?.spanId}-01`,
      traceState: 'vendor=1',
    });
    expect(collector.logs().filter(({ traceId }) => traceId)).toEqual([
      {
        body: 'Hello, Ada',
        severity: 9,
        category: 'Function.greet.User',
        traceId: TRACE_ID,
        spanId: span?.spanId,
        attributes: { 'faas.name': 'greet', 'faas.invocation_id': span?.attributes['faas.invocation_id'] },
      },
    ]);
  });

  test('begins a trace of its own for a call that names none, or one that is not valid', async () => {
    const host = await startTraced();
    await host.fetch('/api/people/Ada');
    await host.fetch('/api/people/Ada', { headers: { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` } });
    await host.close();
    const spans = collector.spans();
    expect(spans.map(({ parentSpanId }) => parentSpanId || undefined)).toEqual([undefined, undefined]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(2);
    for (const { traceId } of spans) expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
  });

  test('sends no span of a call whose caller does not sample, and hands that on', async () => {
    const host = await startTraced();
    const response = await host.fetch('/api/people/Ada', { headers: { traceparent: CALLER.replace(/01$/, '00') } });
    await host.close();
    expect(collector.spans()).toEqual([]);
    expect(await response.json()).toMatchObject({ traceParent: expect.stringMatching(`^00-${TRACE_ID}-.{16}-00$`) });
  });

  test('marks what fails: a function that throws with its error, a 5xx with the status', async () => {
    const host = await startTraced();
    expect((await host.fetch('/api/fails')).status).toBe(500);
    expect((await host.fetch('/api/rejects')).status).toBe(503);
    await host.close();
    const [thrown, rejected] = collector.spans();
    expect(thrown).toMatchObject({ status: { ...ERROR, message: 'Nobody is there' } });
    expect(thrown?.attributes).toMatchObject({ 'error.type': 'TypeError', 'http.response.status_code': 500 });
    expect(rejected).toMatchObject({ status: ERROR });
    expect(rejected?.attributes).toMatchObject({ 'error.type': '503', 'http.response.status_code': 503 });
  });

  test('traces functions that are called by hand by the trigger they have', async () => {
    const host = await startTraced();
    await host.invoke('onMessage', 'news');
    await host.invoke('rejects');
    await host.close();
    expect(collector.spans()).toMatchObject([
      { name: 'onMessage', kind: CONSUMER, attributes: { 'faas.trigger': 'pubsub' } },
      { name: 'rejects', kind: INTERNAL, attributes: { 'faas.trigger': 'http' } },
    ]);
    const spanId = collector.spans()[0]?.spanId;
    expect(collector.logs()).toContainEqual(expect.objectContaining({ body: 'Got news', spanId }));
  });

  test.each([
    ['cookies/1', 200],
    ['nothing', 204],
    ['throws', 500],
  ])('knows the status of %s in an app that streams: %i', async (path, status) => {
    const host = await startTraced({}, 'v4-stream');
    expect((await host.fetch(`/api/${path}`)).status).toBe(status);
    await host.close();
    expect(collector.spans()).toMatchObject([{ kind: SERVER, attributes: { 'http.response.status_code': status } }]);
  });

  test('sends protobuf by default', async () => {
    const host = await startTraced({ OTEL_EXPORTER_OTLP_PROTOCOL: '' });
    await host.fetch('/api/people/Ada', { headers: { traceparent: CALLER } });
    await host.close();
    const traces = collector.requests.find(({ path }) => path === '/v1/traces');
    expect(traces?.contentType).toBe('application/x-protobuf');
    expect(traces?.body.includes(Buffer.from(TRACE_ID, 'hex'))).toBe(true);
    expect(traces?.body.includes('GET /api/people/{name}')).toBe(true);
  });

  test('logs once that the collector rejects, and responds as before', async () => {
    const rejecting = await startOtlpCollector(403);
    const host = await startTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: `${rejecting.url}/a-key` });
    expect((await host.fetch('/api/people/Ada')).status).toBe(202);
    const warning = await host.next('log', ({ message }) => message.startsWith('Telemetry could not be exported'));
    expect(warning).toMatchObject({ level: 'warning', message: expect.stringContaining(rejecting.url) });
    expect(warning.message).not.toContain('a-key');
    expect((await host.fetch('/api/people/Ada')).status).toBe(202);
    await host.close();
    await rejecting.close();
    expect(rejecting.requests.length).toBeGreaterThan(1);
    expect(host.events.filter((event) => event.type === 'log' && event.message === warning.message)).toHaveLength(1);
  });

  test('answers as ever, and ends, when there is no collector', async () => {
    await collector.close();
    const host = await startTraced();
    expect((await host.fetch('/api/people/Ada')).status).toBe(202);
    await host.close();
    expect(host.events.filter(({ type }) => type === 'worker-exited')).toEqual([]);
  });

  test.each([
    ['a protocol there is not', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'http/protobuf or http/json'],
    ['an address that is none', { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4317' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ])('says of %s that nothing is exported', async (_, env, named) => {
    const host = await startTraced(env);
    const { message } = await host.next('log', ({ level }) => level === 'warning');
    expect(message).toMatch(/^Telemetry is not exported/);
    expect(message).toContain(named);
    expect((await host.fetch('/api/people/Ada')).status).toBe(202);
  });

  test('sends nothing with OTEL_SDK_DISABLED', async () => {
    const host = await startTraced({ OTEL_SDK_DISABLED: 'true' });
    expect((await host.fetch('/api/people/Ada')).status).toBe(202);
    await host.close();
    expect(collector.requests).toEqual([]);
  });
});
