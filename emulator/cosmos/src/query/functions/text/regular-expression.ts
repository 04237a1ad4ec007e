import { RE2JS, RE2JSException } from 're2js';
import { CosmosError } from '../../../model/errors.ts';
import type { EvaluationContext } from '../../values/evaluation-context.ts';
import { defineFunctions } from '../scalar-function.ts';

/** In characters. A limit of this server. */
const MAX_PATTERN_LENGTH = 10_000;

/** How many compiled expressions one query keeps. A query that takes its patterns from items compiles the others anew. */
const MAX_COMPILED = 64;

const FLAG_OF_MODIFIER: ReadonlyMap<string, number> = new Map([
  ['i', RE2JS.CASE_INSENSITIVE],
  ['m', RE2JS.MULTILINE],
  ['s', RE2JS.DOTALL],
  ['x', 0],
]);

/** Undefined: not a regular expression. */
type Compiled = RE2JS | undefined;

/** The compiled expressions of each running query; they are collected together with the query's context. */
const compiledOf = new WeakMap<EvaluationContext, Map<string, Compiled>>();

/** Source: "REGEXMATCH", Cosmos DB query reference. */
export const regularExpressionFunctions = defineFunctions('String', {
  REGEXMATCH: {
    signature: 'REGEXMATCH(string, pattern [, modifiers])',
    summary: 'Whether the pattern matches somewhere; modifiers: i, m, s, x. No look-around, no back-references',
    args: [2, 3],
    // Each character of the text may advance every state of the pattern.
    cost: ([text, pattern]) =>
      typeof text === 'string' && typeof pattern === 'string' ? text.length * (2 + pattern.length / 16) : 0,
    evaluate([text, pattern, modifiers = ''], context) {
      if (typeof text !== 'string' || typeof pattern !== 'string' || typeof modifiers !== 'string') return undefined;
      return compiled(pattern, modifiers, context)?.matcher(text).find();
    },
  },
});

function compiled(pattern: string, modifiers: string, context: EvaluationContext): Compiled {
  const cache = cacheOf(context);
  const key = `${modifiers}/${pattern}`;
  if (cache.has(key)) return cache.get(key);
  const expression = compile(pattern, modifiers);
  if (cache.size < MAX_COMPILED) cache.set(key, expression);
  return expression;
}

function cacheOf(context: EvaluationContext): Map<string, Compiled> {
  const existing = compiledOf.get(context);
  if (existing !== undefined) return existing;
  const created = new Map<string, Compiled>();
  compiledOf.set(context, created);
  return created;
}

/** RE2 matches in time linear in the text, so that no pattern can hang the server. */
function compile(pattern: string, modifiers: string): Compiled {
  let flags = 0;
  for (const modifier of modifiers) {
    const flag = FLAG_OF_MODIFIER.get(modifier);
    if (flag === undefined) return undefined;
    flags |= flag;
  }
  if (pattern.length > MAX_PATTERN_LENGTH) {
    throw new CosmosError('BadRequest', `REGEXMATCH: the pattern is longer than ${MAX_PATTERN_LENGTH} characters`);
  }
  const source = modifiers.includes('x') ? pattern.replaceAll(/\s/g, '') : pattern;
  try {
    return RE2JS.compile(source, flags);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return rejectBacktracking(source, error);
  }
}

/** The service's engine is PCRE. A pattern that is valid there but not here is rejected rather than treated as one without a match. */
function rejectBacktracking(source: string, cause: Error): undefined {
  if (!isBacktrackingPattern(source)) return undefined;
  const message =
    'REGEXMATCH: look-around and back-references are not emulated, as they cannot be matched in linear time';
  throw new CosmosError('BadRequest', `${message}: ${source}`, { cause });
}

function isBacktrackingPattern(source: string): boolean {
  return /\(\?(?:<?[=!]|>)|\\[1-9]|\\k[<{']/.test(source);
}
