import type { Account } from '../../account/account.ts';
import { notFound } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../model/json.ts';
import type { PartitionKeyValue } from '../../model/partition-key/partition-key.ts';
import { itemNumberOf } from '../../model/resource-id.ts';
import type { QueryParameter } from '../../query/compile-query.ts';
import type { StoredItem } from '../../store/store.ts';
import {
  applyCreate,
  applyDelete,
  applyReplace,
  applyUpsert,
  checkedItemInput,
  type ItemTransaction,
  isExpired,
  locate,
} from '../items/item-transaction.ts';
import { isNotModified } from '../preconditions.ts';
import { readRows } from '../query/document-rows.ts';
import { deletedCharge, queryCharge, readCharge, writtenCharge } from '../throughput/request-charge.ts';
import type { OverlayStore } from './overlay-store.ts';

/** What one operation of a script gives to its callback. */
interface OperationOutcome {
  readonly resource?: JsonValue;
  readonly options: { readonly statusCode: number; readonly continuation?: string; readonly notModified?: boolean };
  readonly isDelete?: boolean;
  readonly error?: { readonly number: number; readonly body: string };
}

export interface ScriptTarget {
  readonly transaction: ItemTransaction;
  readonly overlay: OverlayStore;
  /** The account with the store as the server has it. */
  readonly account: Account;
  readonly partitionKey: PartitionKeyValue;
}

/** Carries out the operations that a script has queued, on the items of its logical partition. */
export class ScriptOperations {
  readonly #target: ScriptTarget;
  #charge = 0;

  constructor(target: ScriptTarget) {
    this.#target = target;
  }

  /** In request units. */
  get charge(): number {
    return this.#charge;
  }

  /** @param calls a JSON array of the script's making @returns their outcomes, as a JSON array */
  async execute(calls: string): Promise<string> {
    const list: unknown = JSON.parse(calls);
    if (!Array.isArray(list)) throw malformed();
    const outcomes: OperationOutcome[] = [];
    for (const call of list) outcomes.push(await this.#attempt(call));
    return JSON.stringify(outcomes);
  }

  async #attempt(call: unknown): Promise<OperationOutcome> {
    try {
      if (!isJsonObject(call)) throw malformed();
      return await this.#run(call);
    } catch (error) {
      if (!(error instanceof CosmosError)) throw error;
      return { error: { number: error.status, body: error.message }, options: { statusCode: error.status } };
    }
  }

  #run(call: JsonObject): OperationOutcome | Promise<OperationOutcome> {
    switch (call.op) {
      case 'read':
        return this.#read(call);
      case 'create':
      case 'upsert':
        return this.#write(call);
      case 'replace':
        return this.#replace(call);
      case 'delete':
        return this.#delete(call);
      case 'query':
      case 'list':
        return this.#query(call);
      default:
        throw malformed();
    }
  }

  #read({ document, ifNoneMatch }: JsonObject): OperationOutcome {
    const item = this.#find(document);
    this.#charge += readCharge(item);
    if (isNotModified(conditions({ ifNoneMatch }), item.etag))
      return { options: { statusCode: 304, notModified: true } };
    return { resource: JSON.parse(item.body), options: { statusCode: 200 } };
  }

  #write({ op, body, givesId, ifMatch }: JsonObject): OperationOutcome {
    const { transaction, account } = this.#target;
    const needsId = isJsonObject(body) && givesId === true && (body.id === undefined || body.id === '');
    const input = this.#input(needsId ? { ...body, id: account.randomness.uuid() } : body);
    const { item, created } =
      op === 'create'
        ? { item: applyCreate(transaction, input), created: true }
        : applyUpsert(transaction, { ...input, ...conditions({ ifMatch }) });
    return this.#written(item, input.properties, created ? 'create' : 'replace');
  }

  #replace({ document, body, ifMatch }: JsonObject): OperationOutcome {
    const { transaction } = this.#target;
    const existing = this.#find(document);
    const input = this.#input(body);
    if (input.key.id !== existing.id)
      throw new CosmosError('BadRequest', 'Replacing an item cannot change its id inside a script');
    const item = applyReplace(transaction, { ...input, ...conditions({ ifMatch }) });
    return this.#written(item, input.properties, 'replace');
  }

  #delete({ document, ifMatch }: JsonObject): OperationOutcome {
    const { transaction } = this.#target;
    const existing = this.#find(document);
    this.#charge += deletedCharge(transaction.container, existing);
    applyDelete(transaction, { key: existing, ...conditions({ ifMatch }) });
    return { isDelete: true, options: { statusCode: 204 } };
  }

  #input(body: JsonValue | undefined) {
    const { transaction, partitionKey } = this.#target;
    return checkedItemInput(transaction.container, body, partitionKey);
  }

  #written(item: StoredItem, properties: JsonObject, kind: 'create' | 'replace'): OperationOutcome {
    this.#charge += writtenCharge(this.#target.transaction.container, kind, { item, properties });
    return { resource: JSON.parse(item.body), options: { statusCode: kind === 'create' ? 201 : 200 } };
  }

  /** The item of a link, by id or `_rid`. @throws CosmosError NotFound, also for an item of another logical partition */
  #find(document: JsonValue | undefined): StoredItem {
    if (!isJsonObject(document) || typeof document.name !== 'string') throw malformed();
    const { transaction, partitionKey } = this.#target;
    const { container } = transaction;
    const { name } = document;
    const number = document.byRid === true ? itemNumberOf(name, container.rid) : undefined;
    const byRid =
      number === undefined ? undefined : transaction.account.store.items.getByNumber(container.number, number);
    const own = locate(container, partitionKey, byRid?.id ?? name).key;
    if (byRid && byRid.partitionKey !== own.partitionKey) throw notFound();
    const item = transaction.find(own);
    if (!item) throw notFound();
    return item;
  }

  async #query({ query, pageSize, continuation }: JsonObject): Promise<OperationOutcome> {
    const { account, transaction } = this.#target;
    const { text, parameters } = readQuery(query);
    const computed = transaction.container.definition.computedProperties ?? [];
    const texts = this.#texts();
    this.#charge += queryCharge({ items: texts.length, sizeInBytes: 0 });
    const start = typeof continuation === 'string' && /^\d{1,9}$/.test(continuation) ? Number(continuation) : 0;
    const maxItemCount =
      typeof pageSize === 'number' && pageSize >= 1 ? Math.min(Math.floor(pageSize), MAX_PAGE) : MAX_PAGE;
    const page = { documents: texts, start, maxItemCount, isClosed: () => false };
    const { rows, hasMore } = await readRows(account, { text, parameters, computed }, page);
    const next = hasMore ? { continuation: String(start + maxItemCount) } : {};
    return { resource: [...rows], options: { statusCode: 200, ...next } };
  }

  /** The items of the logical partition that have not expired, as the script has left them: their texts. */
  #texts(): readonly string[] {
    const { transaction, overlay, account, partitionKey } = this.#target;
    const { container, ts } = transaction;
    const { epk, range, partitionKey: key } = container.locate(partitionKey);
    const selection = { container: container.number, range, minEpk: epk, maxEpk: `${epk}FF` };
    const found = new Map<number, StoredItem>();
    let after = 0;
    for (let rows = account.store.items.scan(selection, after, CHUNK); rows.length > 0; ) {
      for (const row of rows)
        if (row.partitionKey === key && !overlay.items.has(row.number)) found.set(row.number, row);
      after = rows.at(-1)?.number ?? after;
      rows = rows.length < CHUNK ? [] : account.store.items.scan(selection, after, CHUNK);
    }
    for (const item of overlay.items.values())
      if (item && item.container === container.number) found.set(item.number, item);
    const living = [...found.values()].filter((item) => !isExpired(item, ts));
    return living.sort((left, right) => left.number - right.number).map(({ body }) => body);
  }
}

const MAX_PAGE = 1_000;
const CHUNK = 500;

function readQuery(query: JsonValue | undefined): { text: string; parameters: readonly QueryParameter[] } {
  if (query === undefined) return { text: 'SELECT * FROM c', parameters: [] };
  if (!isJsonObject(query) || typeof query.query !== 'string') throw malformed();
  const { parameters = [] } = query;
  if (!Array.isArray(parameters)) throw malformed();
  return { text: query.query, parameters: parameters.map(readParameter) };
}

function readParameter(parameter: JsonValue): QueryParameter {
  if (!isJsonObject(parameter) || typeof parameter.name !== 'string') throw malformed();
  const { name, value } = parameter;
  return { name, ...(value !== undefined && { value }) };
}

function conditions(given: { readonly ifMatch?: JsonValue | undefined; readonly ifNoneMatch?: JsonValue | undefined }) {
  const { ifMatch, ifNoneMatch } = given;
  return { ...(typeof ifMatch === 'string' && { ifMatch }), ...(typeof ifNoneMatch === 'string' && { ifNoneMatch }) };
}

function malformed(): CosmosError {
  return new CosmosError('BadRequest', 'An operation of the script is not of the form that its functions give it');
}
