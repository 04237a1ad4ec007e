import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@lazurite/runtime';
import { recordTrigger } from '../../../testing/trigger-context.ts';
import type { NamedBinding } from '../../core/function-trigger.ts';
import { createFunctionBindings } from '../function-bindings.ts';
import { eventGridBinding } from './event-grid-binding.ts';

interface Published {
  readonly url: string | undefined;
  readonly key: unknown;
  readonly contentType: string | undefined;
  readonly events: unknown;
}

let topic: Server;
let endpoint: string;
let status: number;
let published: Published[];

beforeEach(async () => {
  status = 200;
  published = [];
  topic = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { url, headers } = request;
      published.push({
        url,
        key: headers['aeg-sas-key'],
        contentType: headers['content-type'],
        events: JSON.parse(body),
      });
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => topic.listen(0, '127.0.0.1', resolve));
  const { port } = topic.address() as AddressInfo; // listening on a port, never on a pipe
  endpoint = `http://127.0.0.1:${port}/api/events`;
});

afterEach(async () => {
  topic.closeAllConnections();
  await new Promise((resolve) => topic.close(resolve));
});

function bindingsOf(binding: Partial<NamedBinding> = {}) {
  const { context } = recordTrigger({
    binding: { name: 'unused', type: 'httpTrigger' },
    clock: systemClock,
    dataDir: '',
    env: { TOPIC__topicEndpointUri: endpoint, TOPIC__key: 'a key', WRONG: 'no url' },
  });
  const names = { topicEndpointUri: 'TOPIC__topicEndpointUri', topicKeySetting: 'TOPIC__key' };
  const complete: NamedBinding = { name: '$return', type: 'eventGrid', direction: 'out', ...names, ...binding };
  return createFunctionBindings(
    { ...context, bindings: [complete] },
    new Map([['eventgrid', async () => eventGridBinding]]),
  );
}

async function publish(value: unknown): Promise<void> {
  const bindings = await bindingsOf();
  await bindings.writeOutputs({ returnValue: { json: JSON.stringify(value) } }, {});
}

test('eventGrid output sends all events of an invocation in one request, with the key', async () => {
  const events = [
    { id: '1', subject: 's', eventType: 't', eventTime: '2026-01-01T00:00:00Z', dataVersion: '1' },
    { id: '2', subject: 's', eventType: 't', eventTime: '2026-01-01T00:00:00Z', dataVersion: '1' },
  ];
  await publish(events);
  const url = '/api/events?api-version=2018-01-01';
  expect(published).toEqual([{ url, key: 'a key', contentType: 'application/json', events }]);
});

test('eventGrid output sends a single event, and CloudEvents as such', async () => {
  const event = { specversion: '1.0', id: '1', source: '/s', type: 't' };
  await publish(event);
  expect(published).toMatchObject([
    { contentType: 'application/cloudevents-batch+json; charset=utf-8', events: [event] },
  ]);
});

test('eventGrid output sends nothing for no events', async () => {
  await publish([]);
  await publish(null);
  expect(published).toEqual([]);
});

test.each([400, 401, 413, 500])('an invocation fails when the topic answers %i', async (answer) => {
  status = answer;
  await expect(publish([{ id: '1' }])).rejects.toThrow(`the topic answered ${answer}`);
});

test('an invocation fails when nobody listens, and without the key in the message', async () => {
  await new Promise((resolve) => topic.close(resolve));
  const failure: unknown = await publish([{ id: '1' }]).catch((error: unknown) => error);
  expect(String(failure)).toContain('the topic cannot be reached');
  expect(String(failure)).not.toContain('a key');
});

test.each([
  [{ topicEndpointUri: '' }, "'topicEndpointUri' is required"],
  [{ topicKeySetting: '' }, "'topicKeySetting' is required"],
  [{ topicEndpointUri: 'WRONG' }, "The setting 'WRONG' must be a URL"],
  [{ topicKeySetting: 'ABSENT' }, "connection 'ABSENT' is not set"],
  [{ connection: 'TOPIC' }, 'uses an identity'],
])('eventGrid output rejects %j', async (binding, message) => {
  await expect(bindingsOf(binding)).rejects.toThrow(message);
});
