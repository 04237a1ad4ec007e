import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@lazurite/runtime';
import { type Storage, startStorage } from '@lazurite/storage';
import { Client, SSEClientTransport, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { closeTestHosts, startTestHost, type TestHost } from '../../../testing/test-host.ts';

type TransportName = 'streamable HTTP' | 'SSE';

const PATHS: Readonly<Record<TransportName, string>> = {
  'streamable HTTP': '/runtime/webhooks/mcp',
  SSE: '/runtime/webhooks/mcp/sse',
};
const TRANSPORTS: readonly TransportName[] = ['streamable HTTP', 'SSE'];
const CLIENT_INFO = { name: 'a client', version: '3.2.1' };

let dataDir = '';
let storage: Storage;
let weather: TestHost;
let snippets: TestHost;
const clients: Client[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-mcp-'));
  storage = await startStorage({ dataDir, log: silentLog });
  const env = { ...process.env, AzureWebJobsStorage: storage.connectionString, DESCRIBE_TOOL: 'describe_call' };
  [weather, snippets] = (await Promise.all(
    ['mcp-weather', 'mcp-snippets'].map((app) => startTestHost(app, { env, dataDir: join(dataDir, app) })),
  )) as [TestHost, TestHost];
}, 60_000);

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await closeTestHosts();
  await storage.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function connect(host: TestHost, transport: TransportName): Promise<Client> {
  const client = new Client(CLIENT_INFO);
  const url = new URL(PATHS[transport], host.url);
  await client.connect(transport === 'SSE' ? new SSEClientTransport(url) : new StreamableHTTPClientTransport(url));
  clients.push(client);
  return client;
}

describe.each(TRANSPORTS)('Over %s', (transport) => {
  let client: Client;

  beforeAll(async () => {
    client = await connect(weather, transport);
  });

  test('the server is described as host.json says', async () => {
    expect(client.getServerVersion()).toEqual({ name: 'Weather', version: '2.1.0' });
    expect(client.getInstructions()).toBe('Ask for one city at a time.');
    expect(client.getServerCapabilities()).toEqual({ tools: {}, resources: {}, prompts: {} });
    await client.ping();
  });

  test('tools are listed with their schemas and metadata', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      ...['get_forecast', 'describe_call', 'radar', 'nothing', 'broken', 'slow'],
    ]);
    expect(tools[0]).toEqual({
      name: 'get_forecast',
      description: 'The weather of a city, in 100% of all cases.',
      inputSchema: {
        type: 'object',
        properties: {
          city: { type: 'string', description: 'The name of the city.' },
          days: { type: 'integer', description: 'How many days.' },
          hours: { type: 'array', items: { type: 'number' }, description: 'Which hours.' },
        },
        required: ['city'],
      },
      outputSchema: { type: 'object', properties: { celsius: { type: 'number' } } },
      _meta: { ui: { resourceUri: 'ui://weather/forecast.html' } },
    });
    expect(tools[1]?.inputSchema).toEqual({ type: 'object', properties: {}, required: [] });
  });

  test('a tool returns what its function returned', async () => {
    const call = (name: string, args: Record<string, unknown> = {}) => client.callTool({ name, arguments: args });
    expect(await call('GET_FORECAST', { city: 'Oslo' })).toMatchObject({
      content: [{ type: 'text', text: '{"city":"Oslo","celsius":-3}' }],
      structuredContent: { city: 'Oslo', celsius: -3 },
    });
    expect(await call('radar')).toMatchObject({
      content: [
        { type: 'text', text: 'Rain' },
        { type: 'image', data: 'AQID', mimeType: 'image/png' },
        { type: 'resource_link', uri: 'weather://cities/Oslo', name: 'Oslo' },
      ],
      structuredContent: { rain: true },
    });
    expect(await call('nothing')).toMatchObject({ content: [] });
  });

  test('a tool that fails is an error that tells no details', async () => {
    expect(await client.callTool({ name: 'broken' })).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: "An error occurred invoking 'broken'." }],
    });
  });

  test('missing arguments, and names that are not known, are invalid', async () => {
    const invalid = (message: string) =>
      expect.objectContaining({ code: -32_602, message: expect.stringContaining(message) });
    await expect(client.callTool({ name: 'get_forecast', arguments: {} })).rejects.toEqual(
      invalid('Please provide: city'),
    );
    await expect(client.callTool({ name: 'get_forecast', arguments: { city: null } })).rejects.toEqual(
      invalid('Please provide: city'),
    );
    await expect(client.callTool({ name: 'unknown' })).rejects.toEqual(invalid("Unknown tool: 'unknown'"));
    await expect(client.getPrompt({ name: 'packing', arguments: {} })).rejects.toEqual(invalid('Please provide: city'));
    await expect(client.getPrompt({ name: 'unknown' })).rejects.toEqual(invalid("Unknown prompt: 'unknown'"));
    await expect(client.readResource({ uri: 'weather://unknown' })).rejects.toEqual(invalid('Unknown resource'));
  });

  test('a function is given the call, its caller and the arguments as binding data', async () => {
    const args = { text: 'a', number: 1.5, flag: true, list: [1], nothing: null };
    const { content } = await client.callTool({ name: 'describe_call', arguments: args });
    const [block] = content;
    const { call, metadata } = JSON.parse(block?.type === 'text' ? block.text : '');
    const isSse = transport === 'SSE';
    expect(call).toMatchObject({
      name: 'describe_call',
      arguments: args,
      sessionid: expect.stringMatching(isSse ? /^[0-9a-f]{32}$/ : /^[0-9a-f]{32}\|[0-9a-f]{32}$/),
      transport: {
        name: isSse ? 'http-sse' : 'http-streamable',
        sessionId: call.sessionid,
        properties: { headers: { 'content-type': 'application/json' } },
      },
      ...(isSse && { clientinfo: CLIENT_INFO }),
    });
    expect(metadata).toMatchObject({
      mcptoolargs: { text: 'a', number: '1.5', flag: 'True', list: '[1]', nothing: '' },
      mcpsessionid: call.sessionid,
      mcptoolcontext: { name: 'describe_call' },
    });
  });

  test('resources and templates are listed and read', async () => {
    const { resources } = await client.listResources();
    expect(resources.map(({ name }) => name)).toEqual(['Forecast', 'Picture', 'Envelope', 'Broken']);
    expect(resources[0]).toEqual({
      uri: 'ui://weather/forecast.html',
      name: 'Forecast',
      title: 'The forecast',
      description: 'A page that shows it.',
      mimeType: 'text/html;profile=mcp-app',
      size: 42,
      _meta: { ui: { prefersBorder: true } },
    });
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates).toEqual([
      { uriTemplate: 'weather://cities/{city}', name: 'City', mimeType: 'application/json' },
    ]);
    const read = async (uri: string) => (await client.readResource({ uri })).contents;
    expect(await read('ui://weather/forecast.html')).toEqual([
      { uri: 'ui://weather/forecast.html', mimeType: 'text/html;profile=mcp-app', text: '<h1>Forecast</h1>' },
    ]);
    expect(await read('weather://picture')).toEqual([
      { uri: 'weather://picture', mimeType: 'image/png', blob: 'AQID' },
    ]);
    expect(await read('weather://envelope')).toEqual([
      { uri: 'weather://envelope', mimeType: 'text/plain', text: 'inside', _meta: { a: 1 } },
    ]);
    expect(await read('weather://cities/S%C3%A3o%20Paulo')).toEqual([
      {
        uri: 'weather://cities/S%C3%A3o%20Paulo',
        mimeType: 'application/json',
        text: '{"uri":"weather://cities/S%C3%A3o%20Paulo","city":"São Paulo"}',
      },
    ]);
    await expect(read('weather://cities/a/b')).rejects.toMatchObject({ code: -32_602 });
    await expect(read('weather://broken')).rejects.toMatchObject({ code: -32_603 });
  });

  test('prompts are listed, and their texts are messages of the user', async () => {
    expect((await client.listPrompts()).prompts).toEqual([
      {
        name: 'packing',
        title: 'Packing list',
        description: 'What to pack.',
        arguments: [
          { name: 'city', description: 'Where to.', required: true },
          { name: 'style', description: 'How.', required: false },
        ],
      },
    ]);
    expect((await client.getPrompt({ name: 'packing', arguments: { city: 'Oslo' } })).messages).toEqual([
      { role: 'user', content: { type: 'text', text: 'Write a short packing list for Oslo.' } },
    ]);
  });

  test('arguments name the blobs of other bindings', async () => {
    const app = await connect(snippets, transport);
    const args = { title: `greeting-${transport}`, code: 'console.log("hello")' };
    const texts = async (name: string) =>
      (await app.callTool({ name, arguments: args })).content.map((block) => block.type === 'text' && block.text);
    expect(await texts('get_snippet')).toEqual(['There is no such snippet']);
    expect(await texts('save_snippet')).toEqual([`Saved greeting-${transport}`]);
    expect(await texts('get_snippet')).toEqual([args.code]);
    expect(app.getServerVersion()).toEqual({ name: 'Azure Functions MCP server', version: '1.0.0' });
  });

  test('many calls at once each get their own response', async () => {
    const cities = Array.from({ length: 20 }, (_, index) => `city ${index}`);
    const results = await Promise.all(
      cities.map((city) => client.callTool({ name: 'get_forecast', arguments: { city } })),
    );
    expect(results.map(({ structuredContent }) => structuredContent)).toEqual(
      cities.map((city) => ({ city, celsius: 0 })),
    );
  });
});

test('The start prints the addresses, and reports the function whose name is taken', async () => {
  const lines = weather.events.flatMap((event) => (event.type === 'log' ? [[event.category, event.message]] : []));
  const address = `http://localhost:${weather.port}/runtime/webhooks/mcp`;
  expect(lines).toContainEqual(['Host.Function.Console', `MCP server endpoint: ${address}`]);
  expect(lines).toContainEqual(['Host.Function.Console', `MCP server legacy SSE endpoint: ${address}/sse`]);
  expect(lines.map(([, message]) => message)).toContain(
    "The 'again' function is in error: Tool with name 'RADAR' is already registered.",
  );
});

test('A client that offers the stateless protocol of 2026 falls back to the one that Azure serves', async () => {
  const client = new Client(CLIENT_INFO, { versionNegotiation: { mode: 'auto' } });
  clients.push(client);
  await client.connect(new StreamableHTTPClientTransport(new URL(PATHS['streamable HTTP'], weather.url)));
  expect((await client.listTools()).tools).toHaveLength(6);
});

test('Functions of function.json serve tools: text, objects and numbers are texts, envelopes are whole results', async () => {
  const host = await startTestHost('mcp-function-json', { dataDir: join(dataDir, 'function-json') });
  const client = await connect(host, 'streamable HTTP');
  const { tools } = await client.listTools();
  expect(tools.find(({ name }) => name === 'ownSchema')?.inputSchema).toMatchObject({ required: ['id'] });
  await expect(client.callTool({ name: 'ownSchema' })).rejects.toMatchObject({ code: -32_602 });
  const call = async (name: string) => client.callTool({ name });
  const failed = (name: string) => [{ type: 'text', text: `An error occurred invoking '${name}'.` }];
  expect(await call('plainText')).toMatchObject({ content: [{ type: 'text', text: 'some text' }] });
  expect(await call('plainObject')).toMatchObject({ content: [{ text: '{\n  "a": [\n    1\n  ]\n}' }] });
  expect(await call('plainNumber')).toMatchObject({ content: [{ type: 'text', text: '7' }] });
  expect(await call('wholeResult')).toMatchObject({ isError: true, content: [{ type: 'text', text: 'whole' }] });
  expect(await call('wrongEnvelope')).toMatchObject({ isError: true, content: failed('wrongEnvelope') });
  expect(await call('emptyEnvelope')).toMatchObject({ isError: true, content: failed('emptyEnvelope') });
  expect(tools.map(({ name }) => name)).not.toContain('wrongProperties');
  const errors = host.events.flatMap((event) =>
    event.type === 'log' && event.level === 'error' ? [event.message] : [],
  );
  expect(errors.join('\n')).toContain(
    "The 'wrongProperties' function is in error: 'toolProperties' of its mcpToolTrigger",
  );
  expect(errors.join('\n')).toContain("The result of function 'wrongEnvelope' is not valid");
});
