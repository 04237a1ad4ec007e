import type { JsonValue } from '../model/json.ts';
import { compileQuery, type RunOptions } from '../query/compile-query.ts';
import type { EvaluationContext } from '../query/values/evaluation-context.ts';

/** A query with its parameters by name, and the documents it runs on. */
export interface QueryCase {
  readonly text: string;
  readonly parameters: ReadonlyMap<string, JsonValue>;
  readonly documents: readonly JsonValue[];
}

/** All rows of a compiled query. */
export function runCase(
  { text, parameters, documents }: QueryCase,
  context: EvaluationContext,
  options: RunOptions = {},
): readonly JsonValue[] {
  const named = [...parameters].map(([name, value]) => ({ name, value }));
  return [...compileQuery(text, named).run(documents, context, options)];
}
