import { Command } from 'commander';
import { BINDING_KINDS } from '../../functions/src/worker/bindings/binding-kinds.ts';
import { KNOWN_TRIGGERS } from '../../functions/src/worker/triggers/known-triggers.ts';
import { addStartOptions } from '../src/commands/start-command.ts';

/** The text of docs/functions-coverage.md, from the tables that the host and the command line work by. */
export async function renderFunctionsCoverage(): Promise<string> {
  return `${[INTRODUCTION, triggers(), await bindings(), HOST_JSON, flags()].join('\n\n')}\n`;
}

const INTRODUCTION = `# Functions host: what is in

Generated from the tables of the host and the command line by \`npm run docs:generate\`. \`lazurite doctor\` says the same of one app.
How to add a trigger: [recipes/add-a-trigger.md](recipes/add-a-trigger.md).`;

/** What differs from Azure, by trigger or binding. */
const NOTES: Readonly<Record<string, string>> = {
  httpTrigger:
    'keys are asked for with `--enableAuth`, and of web pages of other origins ([security.md](security.md#the-local-servers))',
  timerTrigger: 'needs no storage: its state is a file in the data directory; local time zone',
  queueTrigger: '`maxPollingInterval` is 2 s by default, as Azure has it in development',
  blobTrigger:
    'local storage tells of each new blob, and the container is scanned every 10 s besides; other storage is scanned each second, whatever `source` says; no internal queue: attempts follow each other',
  cosmosDBTrigger: 'latest versions; called when the data server beside the host tells of a change, else polled',
  eventGridTrigger: '`POST /runtime/webhooks/eventgrid?functionName=…`, Event Grid and CloudEvents schemas',
  warmupTrigger: '`/admin/warmup`, once',
  mcpToolTrigger: '`/runtime/webhooks/mcp`, also the older `/sse` ([decisions/mcp-server.md](decisions/mcp-server.md))',
  mcpResourceTrigger: 'resources, and templates with `{name}` in their URI',
  mcpPromptTrigger: 'text, as one message of the user',
  blob: 'text, or bytes with `dataType: "binary"`, or the address for an SDK binding (`sdkBinding: true`)',
  table: 'an entity, or a list with `filter` and `take`; output inserts or replaces',
  queue: 'one message for each element of an array',
  eventgrid: 'all events of an invocation in one request to the topic; by key, not by identity',
  cosmosdb: 'an item by `id`, or `sqlQuery` with parameters; output upserts',
};

function triggers(): string {
  const row = ({ type, service }: (typeof KNOWN_TRIGGERS)[number]) =>
    service === null
      ? `| \`${type}\` | fires | ${NOTES[type] ?? ''} |`
      : `| \`${type}\` | by hand | ${service} is not emulated: one line at the start; \`lazurite call\` calls the function |`;
  const unknown = '| any other | by hand | one line at the start says that the type is not known |';
  return ['## Triggers', '', '| type | | |', '| --- | --- | --- |', ...KNOWN_TRIGGERS.map(row), unknown].join('\n');
}

async function bindings(): Promise<string> {
  const rows: string[] = ['| `http` | | yes | the answer of an HTTP function |'];
  for (const [type, load] of BINDING_KINDS) {
    const kind = await load();
    rows.push(`| \`${type}\` | ${kind.input ? 'yes' : ''} | ${kind.output ? 'yes' : ''} | ${NOTES[type] ?? ''} |`);
  }
  const other = '| any other | | | the function is in error, and fails when it is called |';
  const head = ['## Inputs and outputs', '', '| type | input | output | |', '| --- | --- | --- | --- |'];
  return [...head, ...rows, other].join('\n');
}

/** By hand: what host.json holds is read in one place, but what becomes of it is behaviour. */
const HOST_JSON = `## host.json

| property | |
| --- | --- |
| \`version\` | must be "2.0" |
| \`functionTimeout\` | honoured; default 30 minutes |
| \`functions\` | only these run |
| \`retry\` | for functions without a policy of their own |
| \`extensionBundle\` | read; every binding above is there with or without it |
| \`extensions.http\` | \`routePrefix\`, \`maxOutstandingRequests\`, \`maxConcurrentRequests\`, \`customHeaders\`, \`hsts\` |
| \`extensions.queues\` | \`batchSize\`, \`newBatchThreshold\`, \`maxDequeueCount\`, \`maxPollingInterval\`, \`visibilityTimeout\`, \`messageEncoding\` |
| \`extensions.blobs\` | \`maxDegreeOfParallelism\`, \`poisonBlobThreshold\` |
| \`extensions.cosmosDB\` | \`leaseOptions.leasePrefix\` |
| \`extensions.mcp\` | \`serverName\`, \`serverVersion\`, \`instructions\`, \`messageOptions.useAbsoluteUriForEndpoint\` |
| \`customHandler\` | \`description\`, \`enableForwardingHttpRequest\`, \`enableProxyingHttpRequest\`, \`port\`, \`initializationTimeout\`, \`http.routes\`, \`http.defaultAuthorizationLevel\`, and the older \`httpWorker\` ([guides/custom-handlers.md](guides/custom-handlers.md)) |
| \`configurationProfile\` | \`mcp-custom-handler\`, \`web-app-custom-handler\`, \`default\` |
| \`logging\` | \`logLevel\`, \`console.isEnabled\` |
| \`telemetryMode\` | read by nobody here: the setting \`OTEL_EXPORTER_OTLP_ENDPOINT\` alone turns on the export of traces and logs ([decisions/telemetry.md](decisions/telemetry.md)) |
| anything else | ignored, as by Azure's host |`;

function flags(): string {
  const { options } = addStartOptions(new Command());
  const shown = options
    .filter(({ hidden }) => !hidden)
    .map((option) => `| \`${option.flags}\` | ${option.description} |`);
  const hidden = options
    .filter((option) => option.hidden)
    .map((option) => `| \`${option.flags}\` | ${option.description} |`);
  const head = ['## Flags of `lazurite start` and `func start`', '', '| flag | |', '| --- | --- |'];
  const other = '| any other | named in one line, and ignored |';
  return [...head, ...shown, ...hidden, other].join('\n');
}
