import { type Clock, seededRandomness, silentLog } from '@lazurite/runtime';
import { readHostSettings } from '../config/host-json.ts';
import type { NamedBinding } from '../worker/core/function-trigger.ts';
import type { InvocationOutcome, TriggeredInvocation } from '../worker/invocation/invocation.ts';
import { ContainerChanges, StorageChanges } from '../worker/triggers/polling.ts';
import type { TriggerContext } from '../worker/triggers/trigger.ts';

export interface RecordedTrigger {
  readonly context: TriggerContext;
  /** The invocations by the trigger, in order. */
  readonly invocations: TriggeredInvocation[];
}

export interface RecordOptions {
  readonly binding: NamedBinding;
  readonly clock: Clock;
  readonly dataDir: string;
  readonly env?: Record<string, string>;
  readonly hostJson?: object;
  /** Default: never notifies. */
  readonly changes?: ContainerChanges;
  /** Default: never notifies. */
  readonly storage?: StorageChanges;
  /** The function; by default it succeeds. */
  readonly run?: (invocation: TriggeredInvocation) => Promise<InvocationOutcome>;
}

/** The context of a trigger whose function records its invocations. */
export function recordTrigger({
  binding,
  clock,
  dataDir,
  env = {},
  hostJson = {},
  changes = new ContainerChanges(),
  storage = new StorageChanges(),
  run,
}: RecordOptions): RecordedTrigger {
  const invocations: TriggeredInvocation[] = [];
  const context: TriggerContext = {
    functionName: 'fn',
    binding,
    clock,
    random: seededRandomness(1),
    log: silentLog,
    settings: readHostSettings(JSON.stringify({ version: '2.0', ...hostJson }), {}),
    env,
    dataDir,
    hostId: 'host1',
    changes,
    storage,
    invoke: async (invocation) => {
      invocations.push(invocation);
      return run ? run(invocation) : { succeeded: true };
    },
  };
  return { context, invocations };
}
