import type { Account } from '../../account/account.ts';
import type { JsonValue } from '../../model/json.ts';
import type { CompiledQuery } from '../../query/compile-query.ts';
import { YIELD } from '../../query/execute/evaluation-frame.ts';
import type { QueryTurns } from '../../query/execute/query-turns.ts';

/** The rows of one page, from `start` on. */
interface RowRange {
  /** They are read once, as far as the page needs them. */
  readonly documents: Iterable<JsonValue>;
  readonly start: number;
  readonly maxItemCount: number;
}

/** Reads texts of our own. */
export function* parsed(texts: Iterable<string>): Generator<JsonValue> {
  for (const text of texts) yield JSON.parse(text) as JsonValue;
}

/** One page of a query over documents that no index serves. */
export async function readRows(
  account: Account,
  query: CompiledQuery,
  { documents, start, maxItemCount, turns }: RowRange & { readonly turns: QueryTurns },
): Promise<{ readonly rows: readonly JsonValue[]; readonly hasMore: boolean }> {
  const context = { now: account.clock.now(), random: () => account.randomness.fraction() };
  const rows: JsonValue[] = [];
  let seen = 0;
  for (const row of query.steps(documents, context, { limits: turns.limits })) {
    if (turns.isOver()) await turns.next();
    if (row === YIELD) continue;
    seen += 1;
    if (seen > start + maxItemCount) return { rows, hasMore: true };
    if (seen > start) rows.push(row);
  }
  return { rows, hasMore: false };
}
