import { type Account, type Container, notFound } from '../../account/account.ts';
import { CosmosError } from '../../model/errors.ts';
import { assertItemSize, assertItemValues, type JsonObject } from '../../model/json.ts';
import { applyPatch } from '../../model/requests/patch.ts';
import { type PatchOperation, readPatchRequest } from '../../model/requests/patch-request.ts';
import type { CompiledQuery } from '../../query/compile-query.ts';
import { SHARED_TEXT_CHARACTERS } from '../../query/execute/query-turns.ts';
import type { ItemKey, StoredItem } from '../../store/store.ts';
import { assertIfMatch, type Preconditions, preconditionFailed } from '../preconditions.ts';
import { writtenCharge } from '../throughput/request-charge.ts';
import { type ItemResult, ItemTransaction, toItemInput, toItemResult } from './item-transaction.ts';

/** The patch of a request, validated. */
export interface Patch {
  readonly operations: readonly PatchOperation[];
  /** The query that gives a row for an item that the patch may be applied to. */
  readonly condition?: CompiledQuery;
}

export interface PatchItemInput extends Preconditions {
  readonly key: ItemKey;
  readonly patch: Patch;
}

/** @throws CosmosError BadRequest for a malformed patch or condition, and for paths that may not be patched */
export function toPatch({ queries }: Account, { definition }: Container, body: unknown): Patch {
  const { operations, condition } = readPatchRequest(body, definition.partitionKey);
  if (condition === undefined) return { operations };
  if (condition.length > SHARED_TEXT_CHARACTERS)
    throw new CosmosError('BadRequest', `The condition has more than ${SHARED_TEXT_CHARACTERS} characters`);
  return { operations, condition: queries.compile(`SELECT VALUE true ${condition}`) };
}

/** @throws CosmosError NotFound, PreconditionFailed for `ifMatch` and for the patch's condition, or BadRequest */
export async function patchItem(account: Account, container: Container, input: PatchItemInput): Promise<ItemResult> {
  const patched = await account.commits.write(() => applyPatchItem(new ItemTransaction(account, container), input));
  return toItemResult(200, container, patched.item, writtenCharge(container, 'patch', patched));
}

/** The write inside a transaction, which may have others. Throws before it writes. */
export function applyPatchItem(
  transaction: ItemTransaction,
  { key, patch, ...preconditions }: PatchItemInput,
): { item: StoredItem; properties: JsonObject } {
  const existing = transaction.find(key);
  if (!existing) throw notFound();
  assertIfMatch(preconditions, existing.etag);
  const document = JSON.parse(existing.body) as JsonObject; // our own text
  if (patch.condition && !holds(transaction, patch.condition, document)) throw preconditionFailed();
  const patched = applyPatch(document, patch.operations);
  assertItemValues(patched);
  const input = toItemInput(transaction.container, patched, transaction.container.partitionKeyOf(patched));
  assertItemSize(Buffer.byteLength(JSON.stringify(input.properties)));
  return { item: transaction.replace(existing, input), properties: input.properties };
}

function holds({ account }: ItemTransaction, condition: CompiledQuery, document: JsonObject): boolean {
  const context = { now: account.clock.now(), random: account.randomness.fraction };
  const [row] = condition.run([document], context);
  return row !== undefined;
}
