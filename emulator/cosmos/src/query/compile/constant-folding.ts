import { ALL_ROWS } from '../execute/evaluation-frame.ts';
import { DEFAULT_WORK_LIMITS, WorkLimit } from '../execute/work-limit.ts';
import type { Expression } from '../syntax/ast.ts';
import { anyExpression } from '../syntax/walk.ts';
import type { Compilation, QueryEnvironment } from './compilation.ts';
import type { Constant } from './constants.ts';
import { compileExpression } from './expression.ts';

/** Functions whose value depends on more than their arguments: on the time, on chance, or on the item. */
const CHANGING = /^(?:AGO|NOW|GETCURRENT\w*|RAND|NEWID|DOCUMENTID|VECTORDISTANCE|FULLTEXT\w*)$/i;

/** The value of an expression over constants, calls of functions included; undefined when it depends on anything else. */
export function foldConstant(node: Expression, environment: QueryEnvironment): Constant | undefined {
  if (anyExpression(node, dependsOnMore)) return undefined;
  const evaluate = compileExpression(node, { names: new Map() }, withoutQueries(environment));
  const value = evaluate({
    slots: [],
    aggregates: [],
    documents: [],
    sortedInput: false,
    current: { document: 0, documentBytes: 0 },
    prefetched: [],
    page: ALL_ROWS,
    counter: { rowsSeen: 0 },
    context: { now: 0, random: () => 0 },
    work: new WorkLimit(DEFAULT_WORK_LIMITS),
  });
  return { value };
}

function dependsOnMore(node: Expression): boolean {
  if (node.kind === 'call') return node.udf || CHANGING.test(node.name);
  return node.kind === 'identifier' || node.kind === 'subquery' || (node.kind === 'in' && 'select' in node.list);
}

function withoutQueries(environment: QueryEnvironment): Compilation {
  const unreachable = (): never => {
    throw new RangeError('A constant expression holds no query');
  };
  return {
    ...environment,
    itemSlots: new Set(),
    slot: unreachable,
    aggregateSlot: unreachable,
    prefetch: unreachable,
    expression: unreachable,
    query: unreachable,
    outermostQuery: unreachable,
  };
}
