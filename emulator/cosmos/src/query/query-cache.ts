import type { ComputedPropertyText } from './compile/computed-properties.ts';
import type { CompiledQuery, compileQuery, QueryParameter } from './compile-query.ts';

export interface QueryCompiler {
  /** @param computed the properties that the container computes */
  compile(
    text: string,
    parameters?: readonly QueryParameter[],
    computed?: readonly ComputedPropertyText[],
  ): CompiledQuery;
}

/** Queries with a longer text, parameters included, are not cached: a vector of 4,096 numbers is rarely sent twice. */
const MAX_KEY_CHARACTERS = 16_384;

/** A compiler that caches the `capacity` queries used last. */
export function createQueryCompiler(compile: typeof compileQuery, capacity = 256): QueryCompiler {
  const cache = new Map<string, CompiledQuery>();
  return {
    compile(text, parameters = [], computed = []) {
      const isPlain = parameters.length === 0 && computed.length === 0;
      const key = isPlain ? text : JSON.stringify([text, parameters, computed]);
      const compiled = cache.get(key) ?? compile(text, parameters, computed);
      cache.delete(key);
      if (key.length <= MAX_KEY_CHARACTERS) cache.set(key, compiled);
      const [oldest] = cache.keys();
      if (cache.size > capacity && oldest !== undefined) cache.delete(oldest);
      return compiled;
    },
  };
}
