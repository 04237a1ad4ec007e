import type { JsonValue } from '../../model/json.ts';
import { type Evaluate, type EvaluationFrame, YIELD, type Yield } from '../execute/evaluation-frame.ts';
import type { Collection, Source } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';
import { sourceName, sourcesOf } from '../syntax/walk.ts';
import { isArray, memberReader, readIndex, type Value } from '../values/value.ts';
import { type Compilation, type Scope, slotOf } from './compilation.ts';

/** A compiled source of FROM: its values, which depend on the current values of the frame, and the slot that they go to. */
interface Binding {
  readonly slot: number;
  values(frame: EvaluationFrame, yields: boolean): Iterable<Value | Yield>;
}

export interface CompiledFrom {
  /** The names in scope: those of FROM and those of the enclosing queries. */
  readonly names: ReadonlyMap<string, number>;
  readonly bindings: readonly Binding[];
}

/** @param outermost whether the first source may be the container, under any name */
export function compileFrom(
  from: Source | undefined,
  outer: Scope,
  compilation: Compilation,
  outermost: boolean,
): CompiledFrom {
  const names = new Map(outer.names);
  const own = new Set<string>();
  const bindings = sourcesOf(from).map((source, index) => {
    const scope = { names };
    const values = compileSource(source, scope, { compilation, outermost: outermost && index === 0 });
    const slot = compilation.slot();
    if (outermost && index === 0 && isContainer(source)) compilation.itemSlots.add(slot);
    const name = sourceName(source);
    if (name === undefined) return { slot, values };
    if (own.has(name)) {
      const message = `The input alias '${name}' is specified more than once in the FROM clause.`;
      throw queryError('SC2031', message, source);
    }
    own.add(name);
    names.set(name, slot);
    return { slot, values };
  });
  return { names, bindings };
}

function isContainer({ kind, collection }: Exclude<Source, { kind: 'join' }>): boolean {
  return kind === 'aliased' && collection.kind === 'path' && collection.steps.length === 0;
}

interface SourceContext {
  readonly compilation: Compilation;
  readonly outermost: boolean;
}

function compileSource(
  source: Exclude<Source, { kind: 'join' }>,
  scope: Scope,
  context: SourceContext,
): Binding['values'] {
  const collection = compileCollection(source.collection, scope, context);
  return source.kind === 'iteration' ? (frame, yields) => itemsOfAll(collection(frame, yields)) : collection;
}

function* itemsOfAll(values: Iterable<Value | Yield>): Iterable<Value | Yield> {
  for (const value of values) {
    if (value === YIELD) yield YIELD;
    else if (isArray(value)) yield* value;
  }
}

function compileCollection(
  collection: Collection,
  scope: Scope,
  { compilation, outermost }: SourceContext,
): Binding['values'] {
  if (collection.kind === 'subquery') {
    const query = outermost
      ? compilation.outermostQuery(collection.query)
      : compilation.query(collection.query, { names: scope.names }, { retains: false });
    return (frame, yields) => query.rows(frame, yields);
  }
  const follow = followSteps(collection.steps);
  if (outermost) {
    return collection.steps.length === 0 ? (frame) => frame.documents : (frame) => definedOf(frame.documents, follow);
  }
  const root = rootReader(slotOf(scope, collection.root, collection));
  return (frame) => {
    const value = follow(root(frame));
    return value === undefined ? [] : [value];
  };
}

function rootReader(slot: number): Evaluate {
  return (frame) => frame.slots[slot];
}

function followSteps(steps: readonly (string | number)[]): (value: Value) => Value {
  const readers = steps.map((step) =>
    typeof step === 'string' ? memberReader(step) : (value: Value) => readIndex(value, step),
  );
  return (value) => readers.reduce((current, read) => read(current), value);
}

function* definedOf(documents: Iterable<JsonValue | Yield>, follow: (value: Value) => Value): Iterable<Value | Yield> {
  for (const document of documents) {
    const value = document === YIELD ? YIELD : follow(document);
    if (value !== undefined) yield value;
  }
}

interface TupleOptions {
  readonly frame: EvaluationFrame;
  /** Whether to return `YIELD` after many steps; a query that is evaluated inside an expression must not. */
  readonly yields: boolean;
  /** Whether the values made for a row are still in memory when the next one is read. */
  readonly retains: boolean;
}

/** Binds every combination of the sources' values in turn and yields once for each that passes the filter. */
export function tuples(
  bindings: readonly Binding[],
  where: Evaluate | undefined,
  options: TupleOptions,
): Iterable<Yield | undefined> {
  const [first, ...rest] = bindings;
  if (first === undefined) return tupleWithoutSource(where, options);
  return rest.length > 0 ? nestedTuples(first, rest, where, options) : tuplesOfLast(first, where, options);
}

function* tupleWithoutSource(
  where: Evaluate | undefined,
  { frame, yields }: TupleOptions,
): Iterable<Yield | undefined> {
  if (yields && where?.prelude) yield* where.prelude.run(frame);
  if (where === undefined || where(frame) === true) yield undefined;
}

function* nestedTuples(
  { slot, values }: Binding,
  rest: readonly Binding[],
  where: Evaluate | undefined,
  options: TupleOptions,
): Iterable<Yield | undefined> {
  const { frame, yields, retains } = options;
  const { allocated } = frame.work;
  for (const value of values(frame, yields)) {
    if (value === YIELD) {
      yield YIELD;
      continue;
    }
    frame.work.read();
    if (yields && frame.work.isYieldDue()) yield YIELD;
    frame.slots[slot] = value;
    yield* tuples(rest, where, options);
    if (!retains) frame.work.freeTo(allocated);
  }
}

function* tuplesOfLast(
  { slot, values }: Binding,
  where: Evaluate | undefined,
  { frame, yields, retains }: TupleOptions,
): Iterable<Yield | undefined> {
  const { work } = frame;
  const { allocated } = work;
  const prelude = yields ? where?.prelude : undefined;
  for (const value of values(frame, yields)) {
    if (value === YIELD) {
      yield YIELD;
      continue;
    }
    work.read();
    if (yields && work.isYieldDue()) yield YIELD;
    frame.slots[slot] = value;
    if (prelude) yield* prelude.run(frame);
    if (where === undefined || where(frame) === true) yield undefined;
    if (!retains) work.freeTo(allocated);
  }
}
