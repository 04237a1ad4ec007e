import { compileRows } from '../query/compile/query.ts';
import { DEFAULT_WORK_LIMITS, WorkBound } from '../query/execute/work-bound.ts';
import { parseQuery } from '../query/syntax/parser.ts';
import type { EvaluationContext } from '../query/values/evaluation-context.ts';
import type { Value } from '../query/values/value.ts';
import type { QueryCase } from './query-generator.ts';

/** All rows of a query, compiled and run over the documents. */
export function runQuery({ text, parameters, documents }: QueryCase, context: EvaluationContext): readonly Value[] {
  const compiled = compileRows(parseQuery(text), parameters);
  const work = new WorkBound(DEFAULT_WORK_LIMITS);
  return [...compiled.rows({ slots: [], aggregates: [], context, documents, work, presorted: false })];
}
