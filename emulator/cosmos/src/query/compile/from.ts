import type { JsonValue } from '../../model/json.ts';
import { PAUSE, type Pause } from '../execute/pause.ts';
import type { Collection, Source } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';
import { sourcesOf } from '../syntax/walk.ts';
import { isArray, type Value } from '../values/value.ts';
import { type Compilation, type Evaluate, type Frame, type Scope, slotOf } from './compilation.ts';
import { memberReader, readIndex } from './members.ts';

/** One source of FROM, compiled: the values it takes for the frame's current ones, and the slot they go to. */
interface Binding {
  readonly slot: number;
  values(frame: Frame): Iterable<Value | Pause>;
}

export interface CompiledFrom {
  /** The names in scope: those of FROM and those of the queries around. */
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
    const name = nameOf(source);
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

/** The alias, else the last name of the path (`FROM Families.children` binds `children`). */
export function nameOf(source: Exclude<Source, { kind: 'join' }>): string | undefined {
  if (source.alias !== undefined) return source.alias;
  if (source.collection.kind === 'subquery') return undefined;
  const { root, steps } = source.collection;
  return steps.findLast((step) => typeof step === 'string') ?? root;
}

interface SourceContext {
  readonly compilation: Compilation;
  readonly outermost: boolean;
}

function compileSource(
  source: Exclude<Source, { kind: 'join' }>,
  scope: Scope,
  context: SourceContext,
): (frame: Frame) => Iterable<Value | Pause> {
  const collection = compileCollection(source.collection, scope, context);
  return source.kind === 'iteration' ? (frame) => itemsOfAll(collection(frame)) : collection;
}

function* itemsOfAll(values: Iterable<Value | Pause>): Iterable<Value | Pause> {
  for (const value of values) {
    if (value === PAUSE) yield PAUSE;
    else if (isArray(value)) yield* value;
  }
}

function compileCollection(
  collection: Collection,
  scope: Scope,
  { compilation, outermost }: SourceContext,
): (frame: Frame) => Iterable<Value | Pause> {
  if (collection.kind === 'subquery') {
    const query = outermost
      ? compilation.outermostQuery(collection.query)
      : compilation.query(collection.query, { names: scope.names });
    return (frame) => query.rows(frame);
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

function* definedOf(documents: Iterable<JsonValue | Pause>, follow: (value: Value) => Value): Iterable<Value | Pause> {
  for (const document of documents) {
    const value = document === PAUSE ? PAUSE : follow(document);
    if (value !== undefined) yield value;
  }
}

/**
 * Binds every combination of the sources' values in turn and stops at each that passes the filter.
 *
 * @param pauses whether to pause after many rows; a query inside an expression must not
 */
export function* tuples(
  bindings: readonly Binding[],
  where: Evaluate | undefined,
  { frame, pauses }: { readonly frame: Frame; readonly pauses: boolean },
): Iterable<Pause | undefined> {
  const [first, ...rest] = bindings;
  if (first === undefined) {
    if (where === undefined || where(frame) === true) yield undefined;
    return;
  }
  const { slot } = first;
  for (const value of first.values(frame)) {
    if (value === PAUSE) {
      yield PAUSE;
      continue;
    }
    if (frame.work.read() && pauses) yield PAUSE;
    frame.slots[slot] = value;
    if (rest.length > 0) yield* tuples(rest, where, { frame, pauses });
    else if (where === undefined || where(frame) === true) yield undefined;
  }
}
