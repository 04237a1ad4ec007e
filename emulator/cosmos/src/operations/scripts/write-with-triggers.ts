import type { Account } from '../../account/account.ts';
import { type Container, notFound } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import type { JsonObject, JsonValue } from '../../model/json.ts';
import type { PartitionKeyValue } from '../../model/partition-key/partition-key.ts';
import type { ItemKey, StoredItem, StoredResource } from '../../store/store.ts';
import {
  applyCreate,
  applyDelete,
  applyReplace,
  applyUpsert,
  assertSameId,
  checkedItemInput,
  type ItemTransaction,
  namedPartitionKey,
} from '../items/item-transaction.ts';
import type { Preconditions } from '../preconditions.ts';
import type { OperationResult } from '../result.ts';
import { deletedCharge, totalCharge, writtenCharge } from '../throughput/request-charge.ts';
import { type Trigger, triggerOf } from './script-kinds.ts';
import { type ScriptTransaction, withScriptTransaction } from './script-transaction.ts';

/** Which triggers a request names, by id. They never run by themselves. */
export interface TriggerNames {
  readonly pre: readonly string[];
  readonly post: readonly string[];
}

export type TriggeredOperation =
  | { readonly operation: 'Create' | 'Upsert'; readonly body: JsonValue }
  | { readonly operation: 'Replace'; readonly body: JsonValue; readonly key: ItemKey }
  | { readonly operation: 'Delete'; readonly key: ItemKey };

export interface TriggeredWrite {
  readonly triggers: TriggerNames;
  readonly write: TriggeredOperation;
  readonly partitionKey: PartitionKeyValue | undefined;
  readonly preconditions: Preconditions;
  readonly logs: boolean;
}

interface Written {
  readonly status: 200 | 201 | 204;
  readonly item: StoredItem;
  readonly charge: number;
}

/**
 * Writes an item between its triggers, all in one transaction. A pre-trigger may change the item, a post-trigger the response.
 *
 * @throws CosmosError as the operation throws it; NotFound or BadRequest for a trigger that is not there or is for other operations
 */
export async function writeWithTriggers(
  account: Account,
  container: Container,
  input: TriggeredWrite,
): Promise<OperationResult> {
  const { operation } = input.write;
  const pre = input.triggers.pre.map((name) => findTrigger(account, container, { name, type: 'Pre', operation }));
  const post = input.triggers.post.map((name) => findTrigger(account, container, { name, type: 'Post', operation }));
  const partitionKey = namedPartitionKey(container, input.partitionKey);
  const { written, body, charge, log } = await withScriptTransaction(account, container, {
    partitionKey,
    work: async (transaction) => {
      const runner = new TriggerRunner(transaction, input);
      const requestBody = await runner.runPre(pre, 'body' in input.write ? input.write.body : undefined);
      const result = apply(transaction.items, { ...input, partitionKey }, requestBody);
      const responseBody = await runner.runPost(post, requestBody, result);
      return { written: result, body: responseBody, charge: transaction.charge, log: runner.log };
    },
  });
  return {
    status: written.status,
    ...(body !== undefined && { body }),
    ...(written.status !== 204 && { etag: written.item.etag }),
    charge: totalCharge([written.charge, charge]),
    container,
    range: written.item.range,
    itemLsn: written.item.lsn,
    ...(log !== '' && { scriptLog: log }),
  };
}

interface NamedTrigger extends Trigger {
  readonly name: string;
}

function findTrigger(
  { store }: Account,
  container: Container,
  {
    name,
    type,
    operation,
  }: { readonly name: string; readonly type: Trigger['triggerType']; readonly operation: string },
): NamedTrigger {
  const resource: StoredResource | undefined = store.resources.get('triggers', container.rid, name);
  if (!resource) throw notFound();
  const trigger = triggerOf(resource);
  const operations = trigger.triggerOperation === 'Update' ? ['Replace', 'Upsert'] : [trigger.triggerOperation];
  const isMeant = trigger.triggerOperation === 'All' || operations.includes(operation);
  if (trigger.triggerType === type && isMeant) return { ...trigger, name };
  throw new CosmosError(
    'BadRequest',
    `The trigger '${name}' is a ${trigger.triggerType}-trigger for '${trigger.triggerOperation}', and was named as a ${type}-trigger of '${operation}'`,
  );
}

class TriggerRunner {
  readonly #transaction: ScriptTransaction;
  readonly #operation: string;
  readonly #logs: boolean;
  log = '';

  constructor(transaction: ScriptTransaction, { write, logs }: TriggeredWrite) {
    this.#transaction = transaction;
    this.#operation = write.operation;
    this.#logs = logs;
  }

  /** The item as the last of the triggers has left it. */
  async runPre(triggers: readonly NamedTrigger[], given: JsonValue | undefined): Promise<JsonValue | undefined> {
    let body = given;
    for (const { name, body: source } of triggers) {
      const outcome = await this.#run({ name, source, kind: 'pre', body });
      body = outcome.requestBody;
    }
    return body;
  }

  /** The body of the response; undefined: none. */
  async runPost(
    triggers: readonly NamedTrigger[],
    requestBody: JsonValue | undefined,
    { status, item }: Written,
  ): Promise<string | undefined> {
    let body = status === 204 ? undefined : item.body;
    for (const { name, body: source } of triggers) {
      const responseBody = body === undefined ? undefined : (JSON.parse(body) as JsonValue); // our own text
      const outcome = await this.#run({ name, source, kind: 'post', body: requestBody, responseBody });
      if (outcome.isWritten) body = JSON.stringify(outcome.responseBody);
    }
    return body;
  }

  async #run(script: {
    readonly name: string;
    readonly source: string;
    readonly kind: 'pre' | 'post';
    readonly body: JsonValue | undefined;
    readonly responseBody?: JsonValue | undefined;
  }) {
    const outcome = await this.#transaction.run({ ...script, operation: this.#operation, logs: this.#logs });
    this.log += outcome.log;
    return outcome;
  }
}

function apply(
  transaction: ItemTransaction,
  { write, partitionKey, preconditions }: Pick<TriggeredWrite, 'write' | 'partitionKey' | 'preconditions'>,
  body: JsonValue | undefined,
): Written {
  const { container } = transaction;
  if (write.operation === 'Delete') {
    const item = applyDelete(transaction, { key: write.key, ...preconditions });
    return { status: 204, item, charge: deletedCharge(container, item) };
  }
  const input = checkedItemInput(container, body, partitionKey);
  const charge = (kind: 'create' | 'replace', item: StoredItem) =>
    writtenCharge(container, kind, { item, properties: input.properties as JsonObject });
  if (write.operation === 'Create') {
    const item = applyCreate(transaction, input);
    return { status: 201, item, charge: charge('create', item) };
  }
  if (write.operation === 'Replace') {
    assertSameId(input, write.key.id);
    const item = applyReplace(transaction, { ...input, ...preconditions });
    return { status: 200, item, charge: charge('replace', item) };
  }
  const { item, created } = applyUpsert(transaction, { ...input, ...preconditions });
  return { status: created ? 201 : 200, item, charge: charge(created ? 'create' : 'replace', item) };
}
