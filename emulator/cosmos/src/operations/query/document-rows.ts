import type { Account } from '../../account/account.ts';
import type { JsonValue } from '../../model/json.ts';
import type { CompiledQuery, QueryCompiler } from '../../query/compile-query.ts';
import { YIELD } from '../../query/execute/evaluation-frame.ts';
import { type QueryPace, type QueryTurns, SHARED_TEXT_CHARACTERS } from '../../query/execute/query-turns.ts';
import type { QueryText } from './query-outline.ts';

/** The rows of one page, from `start` on, of a query over documents that no index serves. */
interface RowRange {
  /** Texts of our own. They are read once, as far as the page needs them. */
  readonly documents: readonly string[];
  readonly start: number;
  readonly maxItemCount: number;
}

interface DocumentRows {
  readonly rows: readonly JsonValue[];
  readonly hasMore: boolean;
}

/** A task of the query thread. */
export interface RowsTask extends QueryText, RowRange {
  readonly kind: 'rows';
  /** In milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * Reads the page in turns with other queries, or on the query thread when the query is long or needs more than they may.
 *
 * @throws CosmosError BadRequest for a mistake in the query
 */
export async function readRows(
  account: Account,
  text: QueryText,
  { isClosed, ...range }: RowRange & { isClosed(): boolean },
): Promise<DocumentRows> {
  const { clock, randomness, queries, queryScheduler, queryThread } = account;
  const now = clock.now();
  const task: RowsTask = { kind: 'rows', ...text, ...range, now };
  const readAlone = queryThread && (() => queryThread.run(task, isClosed) as Promise<DocumentRows>); // as `rowsOf` returns it
  if (readAlone && text.text.length > SHARED_TEXT_CHARACTERS) return await queryScheduler.runAlone(isClosed, readAlone);
  await queryScheduler.turn();
  const query = queries.compile(text.text, text.parameters, text.computed);
  const read = async (turns: QueryTurns) => {
    const steps = rowsInSteps(query, range, { pace: turns, now, random: () => randomness.fraction() });
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await turns.next();
    }
  };
  return await queryScheduler.run(isClosed, read, readAlone);
}

/** Compiles the query and reads the page at once. @throws CosmosError BadRequest for a mistake in the query */
export function rowsOf(
  task: RowsTask,
  { compile, pace }: { readonly compile: QueryCompiler['compile']; readonly pace: QueryPace },
): DocumentRows {
  const query = compile(task.text, task.parameters, task.computed);
  const steps = rowsInSteps(query, task, { pace, now: task.now, random: Math.random });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

interface RowContext {
  readonly pace: QueryPace;
  readonly now: number;
  random(): number;
}

/** Yields when other requests may run. */
function* rowsInSteps(
  query: CompiledQuery,
  { documents, start, maxItemCount }: RowRange,
  { pace, now, random }: RowContext,
): Generator<undefined, DocumentRows> {
  const rows: JsonValue[] = [];
  let seen = 0;
  for (const row of query.steps(parsed(documents), { now, random }, { limits: pace.limits })) {
    if (pace.isOver()) yield;
    if (row === YIELD) continue;
    seen += 1;
    if (seen > start + maxItemCount) return { rows, hasMore: true };
    if (seen > start) rows.push(row);
  }
  return { rows, hasMore: false };
}

function* parsed(texts: readonly string[]): Generator<JsonValue> {
  for (const text of texts) yield JSON.parse(text) as JsonValue;
}
