import { silentLog } from '@lazurite/runtime';
import { type Account, ChangeNotifications, type Container } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { PartitionKeyValue } from '../../model/partition-key/partition-key.ts';
import type { ScriptEnd } from '../../script-worker/protocol.ts';
import type { Script } from '../../scripts/script-engine.ts';
import { ItemTransaction } from '../items/item-transaction.ts';
import { formatUsage, RESOURCE_QUOTA } from '../result.ts';
import { overlayStore } from './overlay-store.ts';
import { ScriptOperations } from './script-operations.ts';

export interface ScriptInput {
  readonly name: string;
  readonly source: string;
  readonly kind: 'procedure' | 'pre' | 'post';
  readonly args?: readonly JsonValue[];
  /** What a trigger runs with. */
  readonly operation?: string;
  readonly body?: JsonValue | undefined;
  readonly responseBody?: JsonValue | undefined;
  readonly logs: boolean;
}

export interface ScriptOutcome {
  /** Of the request, which a pre-trigger may have changed. */
  readonly requestBody?: JsonValue;
  /** Whether it has set the body of the response. */
  readonly isWritten: boolean;
  /** Whether that body is text that it has put together. */
  readonly isAppended: boolean;
  readonly responseBody?: JsonValue;
  readonly log: string;
}

/** The writes of scripts and of the operation they belong to, on one logical partition: all with one LSN, or none of them. */
export interface ScriptTransaction {
  readonly items: ItemTransaction;
  /** In request units, of what the scripts have done. */
  readonly charge: number;
  /** @throws CosmosError BadRequest when the script fails, RequestTimeout when it takes too long */
  run(script: ScriptInput): Promise<ScriptOutcome>;
}

const MAX_BODY_CHARACTERS = 4 * 1024 * 1024;

/**
 * Runs `work` while nothing else is written, and then makes its writes: reads of others meanwhile see none of them, and nothing is
 * left of them when `work` throws or the process ends.
 *
 * @throws whatever `work` throws
 */
export function withScriptTransaction<T>(
  account: Account,
  container: Container,
  input: { readonly partitionKey: PartitionKeyValue; readonly work: (transaction: ScriptTransaction) => Promise<T> },
): Promise<T> {
  return account.commits.exclusively(async () => {
    const overlay = overlayStore(account.store);
    // Nobody is notified of writes that are not on disk.
    const speculative = { ...account, store: overlay.store, notifications: new ChangeNotifications(silentLog) };
    const items = new ItemTransaction(speculative, container);
    const operations = new ScriptOperations({ transaction: items, overlay, account, partitionKey: input.partitionKey });
    const usage = formatUsage(account.store.items.usage(container.number), 0); // nothing of it changes meanwhile
    const result = await input.work({
      items,
      get charge() {
        return operations.charge;
      },
      run: (script) => runScript(account, items.container, { script, operations, usage }),
    });
    return () => {
      overlay.apply();
      if (overlay.items.size > 0) notify(account, items.container, input.partitionKey);
      return result;
    };
  });
}

function notify(
  { commits, notifications, store }: Account,
  container: Container,
  partitionKey: PartitionKeyValue,
): void {
  const { range } = container.locate(partitionKey);
  const name = container.lsnCounters[range] ?? '';
  const { database, id, rid } = container;
  const change = { database: database.id, container: id, containerRid: rid, range, lsn: store.counters.current(name) };
  commits.afterCommit(name, () => notifications.publish(change));
}

interface ScriptContext {
  readonly script: ScriptInput;
  readonly operations: ScriptOperations;
  /** How much the container holds, as a header says it. */
  readonly usage: string;
}

async function runScript(
  { scripts, scriptLimits }: Account,
  container: Container,
  { script, operations, usage }: ScriptContext,
): Promise<ScriptOutcome> {
  const run: Script = {
    name: script.name,
    source: script.source,
    args: JSON.stringify(script.args ?? []),
    limits: scriptLimits,
    settings: {
      kind: script.kind,
      ...(script.operation !== undefined && { operation: script.operation }),
      ...(script.body !== undefined && { body: script.body }),
      ...(script.responseBody !== undefined && { responseBody: script.responseBody }),
      logs: script.logs,
      selfLink: container.self,
      altLink: `dbs/${container.database.id}/colls/${container.id}`,
      partitionKeyDefinition: JSON.stringify(container.definition.partitionKey),
      maxBodyCharacters: MAX_BODY_CHARACTERS,
      usage,
      quota: RESOURCE_QUOTA,
    },
  };
  const { end, log } = await scripts.run(run, (calls) => operations.execute(calls));
  return { ...outcomeOf(end, script.name, log), log };
}

/** Thrown with the log, which the client gets with the error. @throws CosmosError */
function outcomeOf(end: ScriptEnd, name: string, scriptLog: string): Omit<ScriptOutcome, 'log'> {
  if (end.how === 'uncompilable')
    throw scriptError(`Encountered exception while compiling Javascript. Exception = ${end.message}`, {
      substatus: COMPILE_ERROR,
      scriptLog,
    });
  if (end.how === 'stopped')
    throw new CosmosError(
      'RequestTimeout',
      `The script '${name}' has exceeded its ${end.reason === 'time' ? 'time' : 'memory or stack'} and was stopped; nothing of it was written.`,
      { scriptLog },
    );
  const outcome: unknown = JSON.parse(end.outcome);
  if (!isJsonObject(outcome)) throw scriptError('The script has no outcome', { scriptLog });
  if (isJsonObject(outcome.failure)) throw failureOf(outcome.failure, scriptLog);
  const { requestBody, isWritten, isAppended, responseBody } = outcome;
  return {
    ...(requestBody !== undefined && { requestBody }),
    isWritten: isWritten === true,
    isAppended: isAppended === true,
    ...(responseBody !== undefined && { responseBody }),
  };
}

/** `ScriptCompileError` of the service's substatus codes. */
const COMPILE_ERROR = 0xffff;

function failureOf({ text, number, stack }: JsonObject, scriptLog: string): CosmosError {
  const substatus =
    typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 0xffff
      ? { substatus: number }
      : {};
  const trace = `${String(text)}\n${String(stack ?? '')}`.slice(0, 4_000);
  return scriptError(
    `Encountered exception while executing function. Exception = ${String(text).slice(0, 4_000)}\r\nStack trace: ${trace}`,
    { ...substatus, scriptLog },
  );
}

function scriptError(text: string, details: { readonly substatus?: number; readonly scriptLog: string }): CosmosError {
  return new CosmosError('BadRequest', `Message: ${JSON.stringify({ Errors: [text] })}`, details);
}
