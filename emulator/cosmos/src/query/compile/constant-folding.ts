import type { Expression } from '../syntax/ast.ts';
import { anyExpression } from '../syntax/walk.ts';
import { type Compilation, type Parameters, WHOLE } from './compilation.ts';
import type { Constant } from './constants.ts';
import { compileExpression } from './expression.ts';

/** Functions whose value changes without any document: of time and chance. */
const CHANGING = /^(?:AGO|NOW|GETCURRENT\w*|RAND|NEWID|DOCUMENTID|VECTORDISTANCE|FULLTEXT\w*)$/i;

/** What an expression over constants alone yields, functions included; undefined when it depends on anything else. */
export function foldConstant(node: Expression, parameters: Parameters): Constant | undefined {
  if (anyExpression(node, dependsOnMore)) return undefined;
  const evaluate = compileExpression(node, { names: new Map() }, withoutQueries(parameters));
  const value = evaluate({
    slots: [],
    aggregates: [],
    documents: [],
    presorted: false,
    cursor: { document: 0 },
    pauses: false,
    window: WHOLE,
    progress: { seen: 0 },
    context: { now: 0, random: () => 0 },
    work: { read: () => false, hold() {}, release() {} },
  });
  return { value };
}

function dependsOnMore(node: Expression): boolean {
  if (node.kind === 'call') return node.udf || CHANGING.test(node.name);
  return node.kind === 'identifier' || node.kind === 'subquery' || (node.kind === 'in' && 'select' in node.list);
}

function withoutQueries(parameters: Parameters): Compilation {
  const unreachable = (): never => {
    throw new RangeError('A constant expression holds no query');
  };
  return {
    parameters,
    computed: new Map(),
    itemSlots: new Set(),
    slot: unreachable,
    aggregateSlot: unreachable,
    expression: unreachable,
    query: unreachable,
    outermostQuery: unreachable,
  };
}
