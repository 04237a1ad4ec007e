import type { Clock } from '@lazurite/runtime';
import type { ConfigReader } from '../../../config/config-reader.ts';
import { ConnectionMissingError, lookUp } from '../../../config/connections.ts';
import { ConfigError, FunctionsHostError } from '../../../errors.ts';
import type { BindingDeclaration, BindingKind, OutputBinding } from '../binding.ts';
import { readBinding } from '../binding-reader.ts';
import { toOutputValues } from '../output-items.ts';

/** `eventGrid` output: all events of one invocation in one request to the topic, in its schema or as CloudEvents. */
export const eventGridBinding: BindingKind = { output: createEventGridOutput };

interface Topic {
  readonly url: URL;
  readonly key: string;
}

/** Event Grid rejected the events, or cannot be reached. */
export class EventGridError extends FunctionsHostError {
  constructor(problem: string, options?: ErrorOptions) {
    super('BindingFailed', `The events could not be published: ${problem}`, options);
  }
}

const API_VERSION = '2018-01-01';
const TIMEOUT_MS = 30_000;

async function createEventGridOutput(declaration: BindingDeclaration): Promise<OutputBinding> {
  const topic = readTopic(declaration);
  return {
    async write(data) {
      const events = toOutputValues(data);
      if (events.length > 0) await publish(topic, events, declaration.clock);
    },
  };
}

/** `topicEndpointUri` and `topicKeySetting` are names of settings (`EventGridAttribute.cs` of azure-functions-eventgrid-extension). */
function readTopic(declaration: BindingDeclaration): Topic {
  const binding = readBinding(declaration);
  if (binding.text('connection'))
    throw binding.fail('connection', 'uses an identity. Set topicEndpointUri and topicKeySetting to run here');
  const uri = settingOf(binding, 'topicEndpointUri', declaration);
  if (!URL.canParse(uri)) throw new ConfigError(`The setting '${binding.text('topicEndpointUri')}' must be a URL`);
  const url = new URL(uri);
  url.searchParams.set('api-version', API_VERSION);
  return { url, key: settingOf(binding, 'topicKeySetting', declaration) };
}

function settingOf(binding: ConfigReader, property: string, { env }: BindingDeclaration): string {
  const name = binding.text(property);
  if (!name) throw binding.fail(property, 'is required');
  const value = lookUp(name, env);
  if (!value) throw new ConnectionMissingError(name);
  return value;
}

async function publish({ url, key }: Topic, events: readonly unknown[], clock: Clock): Promise<void> {
  const abort = new AbortController();
  const timer = clock.setTimer(TIMEOUT_MS, () => abort.abort());
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': contentTypeOf(events), 'aeg-sas-key': key },
      body: JSON.stringify(events),
      redirect: 'error',
      signal: abort.signal,
    });
    await response.body?.cancel();
    if (!response.ok) throw new EventGridError(`the topic answered ${response.status}`);
  } catch (cause) {
    throw cause instanceof EventGridError ? cause : new EventGridError('the topic cannot be reached', { cause });
  } finally {
    timer.cancel();
  }
}

/** Event Grid events and CloudEvents have different content types; a topic accepts one of them. */
function contentTypeOf(events: readonly unknown[]): string {
  const areCloudEvents = events.every((event) => typeof event === 'object' && event !== null && 'specversion' in event);
  return areCloudEvents ? 'application/cloudevents-batch+json; charset=utf-8' : 'application/json';
}
