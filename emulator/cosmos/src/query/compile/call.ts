import { aggregateFunctions } from '../functions/aggregates.ts';
import { scalarFunctions } from '../functions/catalogue.ts';
import type { ScalarFunction } from '../functions/scalar-function.ts';
import type { Call, Expression } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';
import type { Compilation, Evaluate, Scope } from './compilation.ts';
import { isVectorDistanceCall, vectorPathOf } from './vector-distance.ts';

/** What a part of an expression needs to compile the parts below it. */
export interface CompileContext {
  readonly scope: Scope;
  readonly compilation: Compilation;
  compile(child: Expression): Evaluate;
}

/** A call of a built-in function or aggregate. User-defined functions are refused: this server has no script host. */
export function compileCall(node: Call, context: CompileContext): Evaluate {
  if (node.udf) {
    throw queryError('SC2005', `'udf.${node.name}' cannot run: user-defined functions are not supported.`, node);
  }
  const name = node.name.toUpperCase();
  if (aggregateFunctions.has(name)) return compileAggregate(node, name, context);
  const definition = scalarFunctions.get(name);
  if (definition === undefined) {
    throw queryError('SC2005', `'${node.name}' is not a recognized built-in function name.`, node);
  }
  checkArity(node, name, definition);
  const args = node.arguments.map(context.compile);
  if (isVectorDistanceCall(node)) return invokeOnVectors(definition, args, vectorPathOf(node));
  return invoke(definition, args);
}

function checkArity(node: Call, name: string, { minArgs, maxArgs }: Pick<ScalarFunction, 'minArgs' | 'maxArgs'>): void {
  const count = node.arguments.length;
  if (count >= minArgs && count <= maxArgs) return;
  const expected = minArgs === maxArgs ? `${minArgs}` : `${minArgs} to ${maxArgs}`;
  const range = maxArgs === Number.POSITIVE_INFINITY ? `at least ${minArgs}` : expected;
  throw queryError('SC2050', `The ${name} function requires ${range} argument(s).`, node);
}

function invoke(definition: ScalarFunction, args: readonly Evaluate[]): Evaluate {
  const [first, second] = args;
  if (first !== undefined && args.length === 1) {
    return (frame) => definition.evaluate([first(frame)], frame.context);
  }
  if (first !== undefined && second !== undefined && args.length === 2) {
    return (frame) => definition.evaluate([first(frame), second(frame)], frame.context);
  }
  return (frame) =>
    definition.evaluate(
      args.map((arg) => arg(frame)),
      frame.context,
    );
}

/** VectorDistance takes the path as a fifth argument; those before it that are left out are undefined. */
function invokeOnVectors(definition: ScalarFunction, args: readonly Evaluate[], path: string | undefined): Evaluate {
  const all = Array.from({ length: 4 }, (_, index) => args[index] ?? (() => undefined));
  return invoke(definition, [...all, () => path]);
}

/** Reads the aggregate's result; the executor feeds its argument with the rows of the group. */
function compileAggregate(node: Call, name: string, { scope, compilation }: CompileContext): Evaluate {
  const [argument] = node.arguments;
  checkArity(node, name, { minArgs: 1, maxArgs: 1 });
  if (scope.aggregates === undefined) {
    throw queryError('SC2073', `The aggregate function '${name}' is not allowed here.`, node);
  }
  const slot = compilation.aggregateSlot();
  const definition = aggregateFunctions.get(name);
  if (definition === undefined || argument === undefined) throw new RangeError(`No aggregate ${name}`);
  const inner: Scope = { names: scope.names };
  scope.aggregates.push({
    slot,
    argument: compilation.expression(argument, inner),
    start: () => definition.start(),
  });
  return (frame) => frame.aggregates[slot];
}
