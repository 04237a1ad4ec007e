import { randomUUID } from 'node:crypto';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { type Stack, startStack } from 'lazurite';
import {
  type CollectedSpan,
  type OtlpCollector,
  startOtlpCollector,
} from '../../emulator/functions/src/testing/otlp-collector.ts';
import { CHAT_ID, EXAMPLE, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { openApp } from '../support/stack.ts';

const CLIENT_REQUEST_ID = '3f6b2c1e-90f7-4f33-8f4c-8ad1b0b0a001';
const APP = 'teams-async-operations';

let collector: OtlpCollector;
let stack: Stack;
let token: string;

beforeAll(async () => {
  collector = await startOtlpCollector();
  stack = await startStack({
    ...(await openApp({
      ...process.env,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      LRO_LAB: 'off',
    })),
    clock: systemClock,
    randomness: systemRandomness,
    log: silentLog,
  });
  token = await stack.issuer.mint();
});

afterAll(async () => {
  await stack?.close();
  await collector?.close();
});

function send(method: string, path: string, { headers = {}, body }: { headers?: object; body?: unknown } = {}) {
  return fetch(`${stack.functions.url}/beta${path}`, {
    method,
    headers: { ...JSON_TYPE, authorization: `Bearer ${token}`, 'client-request-id': CLIENT_REQUEST_ID, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** The spans of a trace once there are as many. */
async function trace(traceId: string, count: number): Promise<readonly CollectedSpan[]> {
  for (;;) {
    const spans = collector.spans().filter((span) => span.traceId === traceId);
    if (spans.length >= count) return spans;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function newTrace(): { readonly traceId: string; readonly traceparent: string } {
  const traceId = randomUUID().replaceAll('-', '');
  return { traceId, traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
}

test('One trace goes from the caller through host and function to Cosmos DB', async () => {
  const { traceId, traceparent } = newTrace();
  const answer = await send('POST', operationsPath(CHAT_ID), { headers: { traceparent }, body: EXAMPLE });
  expect(answer.status).toBe(201);
  const [store, fn, request] = (await trace(traceId, 3)).toSorted((a, b) => a.durationMs - b.durationMs);
  expect(request).toMatchObject({ name: 'POST /beta/chats/{chatsId}/operations', parentSpanId: '00f067aa0ba902b7' });
  expect(fn).toMatchObject({
    name: 'CreateOperation',
    parentSpanId: request?.spanId,
    attributes: {
      'graph.client_request_id': CLIENT_REQUEST_ID,
      'graph.request_id': answer.headers.get('request-id'),
      'http.response.status_code': 201,
    },
    resource: { 'service.name': APP },
  });
  expect(store).toMatchObject({
    name: 'execute_batch operations',
    kind: 3,
    parentSpanId: fn?.spanId,
    status: {},
    attributes: {
      'db.system.name': 'azure.cosmosdb',
      'db.operation.name': 'execute_batch',
      'db.namespace': 'teams',
      'db.collection.name': 'operations',
      'db.response.status_code': '200',
      'server.address': '127.0.0.1',
      'graph.client_request_id': CLIENT_REQUEST_ID,
    },
  });
  expect(Number(store?.attributes['azure.cosmosdb.operation.request_charge'])).toBeGreaterThan(1);
});

test('What is not there is no failure of the store', async () => {
  const { traceId, traceparent } = newTrace();
  expect((await send('GET', `${operationsPath(CHAT_ID)}/absent`, { headers: { traceparent } })).status).toBe(404);
  const store = (await trace(traceId, 3)).find(({ kind }) => kind === 3);
  expect(store).toMatchObject({ name: 'read_item operations', status: {} });
  expect(store?.attributes).toMatchObject({ 'db.response.status_code': '404' });
  expect(store?.attributes).not.toHaveProperty('error.type');
});

test('Each request of a batch has a span and ids of its own', async () => {
  const { traceId, traceparent } = newTrace();
  const path = operationsPath(CHAT_ID);
  const [first, second] = [randomUUID(), randomUUID()];
  const requests = [first, second].map((id) => ({
    id,
    method: 'GET',
    url: path,
    headers: { 'client-request-id': id },
  }));
  expect((await send('POST', '/$batch', { headers: { traceparent }, body: { requests } })).status).toBe(200);
  const spans = await trace(traceId, 6);
  const batch = spans.find(({ name }) => name === 'Batch');
  expect(batch?.attributes['graph.client_request_id']).toBe(CLIENT_REQUEST_ID);
  for (const id of [first, second]) {
    const [outer, inner] = ['$batch request', 'query_items operations'].map((name) =>
      spans.find((span) => span.name === name && span.attributes['graph.client_request_id'] === id),
    );
    expect([outer?.parentSpanId, inner?.parentSpanId]).toEqual([batch?.spanId, outer?.spanId]);
  }
});

test('Requests and request units are measured', async () => {
  await send('GET', `${operationsPath(CHAT_ID)}/measured`);
  const route = '/beta/chats/{chatsId}/operations/{operationId}';
  const find = (name: string, wanted: object) =>
    collector
      .metrics()
      .filter((metric) => metric.name === name)
      .flatMap(({ points }) => points)
      .find(({ attributes }) => Object.entries(wanted).every(([key, value]) => attributes[key] === value));
  const read = { 'db.operation.name': 'read_item', 'db.collection.name': 'operations' };
  for (;;) {
    const requests = find('http.server.request.duration', { 'http.route': route });
    const charge = find('azure.cosmosdb.client.operation.request_charge', read);
    if (requests && charge) {
      expect(requests.attributes).toMatchObject({ 'http.request.method': 'GET' });
      expect([requests.count > 0, charge.count > 0, charge.sum > 0]).toEqual([true, true, true]);
      expect(Object.keys({ ...requests.attributes, ...charge.attributes }).join()).not.toContain('request_id');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});

test('What is left is sent when the app ends', async () => {
  const { traceId, traceparent } = newTrace();
  await send('GET', operationsPath(CHAT_ID), { headers: { traceparent } });
  await stack.close();
  expect((await trace(traceId, 3)).map(({ name }) => name)).toContain('ListOperations');
});
