import type { Call, Expression, Query } from '../syntax/ast.ts';
import { planError, queryError } from '../syntax/query-error.ts';
import { childrenOf, expressionsOf, fromQueriesOf, queriesOf } from '../syntax/walk.ts';
import { DISTANCE_FUNCTIONS } from '../values/evaluation-context.ts';
import { isArray, isObject, type Value } from '../values/value.ts';
import type { Parameters } from './compilation.ts';
import { type Constant, constantOf } from './constants.ts';

/**
 * The rules of vector and full text searches that go beyond the number of arguments: throws SC2213, SC2221, SC2223 to SC2225,
 * SC2228, SC2229, SC2240 or SC2241. The words of SC2221, SC2240 and SC2241 are the service's (azure-cosmos-dotnet-v3, pull
 * request 5163; semantic-kernel, issue 12545; "FullTextScore", Cosmos DB query reference).
 */
export function checkSearches(query: Query, parameters: Parameters): void {
  const { orderBy } = query;
  const ranked = orderBy?.rank === true ? orderBy.items.map(({ expression }) => expression) : [];
  for (const expression of ranked) checkRank(expression, query, parameters);
  for (const expression of expressionsOf(query)) {
    if (!ranked.includes(expression)) checkExpression(expression, parameters);
  }
  for (const inner of fromQueriesOf(query)) checkSearches(inner, parameters);
}

function checkExpression(node: Expression, parameters: Parameters): void {
  if (node.kind === 'call' && !node.udf) checkCall(node, parameters);
  for (const child of childrenOf(node)) checkExpression(child, parameters);
  for (const inner of queriesOf(node)) checkSearches(inner, parameters);
}

function checkCall(node: Call, parameters: Parameters): void {
  const name = node.name.toUpperCase();
  if (name === 'FULLTEXTSCORE' || name === 'RRF') {
    const spelled = name === 'RRF' ? name : 'FullTextScore';
    throw queryError('SC2240', `The ${spelled} function is only allowed in the ORDER BY RANK clause.`, node);
  }
  if (name === 'VECTORDISTANCE') checkVectorOptions(node, parameters);
  const code = CONTAINS_CODES.get(name);
  if (code !== undefined) checkFullTextArguments(node, code, parameters);
}

const CONTAINS_CODES: ReadonlyMap<string, string> = new Map([
  ['FULLTEXTCONTAINS', 'SC2223'],
  ['FULLTEXTCONTAINSALL', 'SC2224'],
  ['FULLTEXTCONTAINSANY', 'SC2225'],
]);

/** What `ORDER BY RANK` is followed by: one score, or the fusion of two and more. */
function checkRank(score: Expression, query: Query, parameters: Parameters): void {
  if (query.groupBy !== undefined) throw planError('ORDER BY is not supported together with GROUP BY.');
  const { offset, limit } = query.offsetLimit ?? {};
  if (offset?.kind === 'parameter' || limit?.kind === 'parameter') {
    // Source: efcore, issue 35867.
    throw planError(
      'Invalid OFFSET/LIMIT spec for Hybrid Search query. Expected a number literal in order to distribute query correctly.',
    );
  }
  if (score.kind === 'call' && !score.udf && score.name.toUpperCase() === 'RRF') checkFusion(score, parameters);
  else checkScore(score, score, parameters);
}

function checkFusion(fusion: Call, parameters: Parameters): void {
  const last = fusion.arguments.at(-1);
  const weights = last && last.kind !== 'call' ? last : undefined;
  const scores = weights === undefined ? fusion.arguments : fusion.arguments.slice(0, -1);
  if (scores.length < 2) throw notRanked(fusion);
  for (const score of scores) checkScore(score, fusion, parameters);
  if (weights === undefined) return;
  const value = constantOf(weights, parameters)?.value;
  if (!isArray(value)) {
    throw queryError(
      'SC2228',
      'The last argument of the RRF function must be a score or an array of weights.',
      weights,
    );
  }
  if (value.length !== scores.length || value.some((weight) => typeof weight !== 'number')) {
    const message = `The weights of the RRF function must be ${scores.length} numbers, one for each of its scores.`;
    throw queryError('SC2229', message, weights);
  }
}

function checkScore(node: Expression, ranked: Expression, parameters: Parameters): void {
  if (node.kind !== 'call' || node.udf) throw notRanked(ranked);
  const name = node.name.toUpperCase();
  if (name === 'FULLTEXTSCORE') checkFullTextArguments(node, 'SC2241', parameters);
  else if (name === 'VECTORDISTANCE') checkVectorOptions(node, parameters);
  else throw notRanked(ranked);
}

function notRanked(node: Expression): Error {
  const message = 'The ORDER BY RANK clause must be followed by a VectorDistance and/or a FullTextScore function call.';
  return queryError('SC2221', message, node);
}

/** A wrong number of arguments has an error of its own. */
function checkFullTextArguments(
  { name, arguments: [text, ...terms] }: Call,
  code: string,
  parameters: Parameters,
): void {
  if (text !== undefined && !isPropertyPath(text)) {
    throw queryError(code, `The first argument of the '${name}' function must be a property path.`, text);
  }
  for (const term of terms) {
    if (isTerm(constantOf(term, parameters))) continue;
    const message = `The second through last arguments of the '${name}' function must be literals of type string or object specifying the fuzzy search argument containing a 'term' property which is a string and a 'distance' property which is a number between 0 and 2 (inclusive).`;
    throw queryError(code, message, term);
  }
}

function isPropertyPath(node: Expression): boolean {
  if (node.kind !== 'property' && node.kind !== 'index') return false;
  return node.object.kind === 'identifier' || isPropertyPath(node.object);
}

function isTerm(constant: Constant | undefined): boolean {
  const value = constant?.value;
  if (typeof value === 'string') return true;
  return isObject(value) && typeof value.term === 'string' && isNumberIn(value.distance, 0, 2);
}

const DATA_TYPES = ['float32', 'float16', 'int8', 'uint8'];

/** Whether the value of an option is valid. Source: "VectorDistance", Cosmos DB query reference, and `VectorDistanceOptions` of EF Core. */
const VECTOR_OPTIONS: Readonly<Record<string, { expected: string; isValid(value: Value): boolean }>> = {
  distanceFunction: nameAmong(DISTANCE_FUNCTIONS),
  dataType: nameAmong(DATA_TYPES),
  searchListSizeMultiplier: wholeNumber(1, 100),
  quantizedVectorListMultiplier: wholeNumber(1, 100),
  filterPriority: { expected: 'a number from 0 to 1', isValid: (value) => isNumberIn(value, 0, 1) },
};

function checkVectorOptions({ arguments: [, , bruteForce, options] }: Call, parameters: Parameters): void {
  const isBruteForce = bruteForce && constantOf(bruteForce, parameters);
  if (bruteForce && isBruteForce && !isOptional(isBruteForce.value, (value) => typeof value === 'boolean')) {
    throw queryError('SC2213', 'The third argument of the VectorDistance function must be a boolean.', bruteForce);
  }
  const given = options && constantOf(options, parameters);
  if (!options || !given || given.value === undefined || given.value === null) return;
  if (!isObject(given.value)) {
    throw queryError('SC2213', 'The fourth argument of the VectorDistance function must be an object.', options);
  }
  for (const [name, { expected, isValid }] of Object.entries(VECTOR_OPTIONS)) {
    if (isOptional(given.value[name], isValid)) continue;
    const value = JSON.stringify(given.value[name]);
    const message = `The option '${name}' of the VectorDistance function must be ${expected}, not ${value}.`;
    throw queryError('SC2213', message, options);
  }
}

function isOptional(value: Value, isValid: (value: Value) => boolean): boolean {
  return value === undefined || value === null || isValid(value);
}

function nameAmong(names: readonly string[]) {
  return {
    expected: `one of ${names.join(', ')}`,
    isValid: (value: Value) => typeof value === 'string' && names.includes(value.toLowerCase()),
  };
}

function wholeNumber(least: number, greatest: number) {
  return {
    expected: `a whole number from ${least} to ${greatest}`,
    isValid: (value: Value) => Number.isInteger(value) && isNumberIn(value, least, greatest),
  };
}

function isNumberIn(value: Value, least: number, greatest: number): boolean {
  return typeof value === 'number' && value >= least && value <= greatest;
}
