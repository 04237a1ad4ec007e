import { isObject } from '../../config/config-reader.ts';
import { resolveSettings } from './binding-expression.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A copy of a binding in which every `%setting%` is replaced, at any depth. @throws BindingExpressionError */
export function resolveBinding<T extends object>(binding: T, env: Environment): T {
  // Values are replaced by values of the same type.
  return resolveValue(binding, env) as T;
}

function resolveValue(value: unknown, env: Environment): unknown {
  if (typeof value === 'string') return value.includes('%') ? resolveSettings(value, env) : value;
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, env));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, resolveValue(item, env)]));
}
