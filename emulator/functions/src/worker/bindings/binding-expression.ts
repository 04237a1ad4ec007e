import type { Clock, Randomness } from '@lazurite/runtime';
import { isObject } from '../../config/config-reader.ts';
import { lookUp } from '../../config/connections.ts';
import { FunctionsHostError } from '../../errors.ts';
import { DEFAULT_DATE_FORMAT, formatUtc } from './date-format.ts';

/** A binding expression cannot be resolved. The messages are those of the WebJobs SDK where it has one. */
export class BindingExpressionError extends FunctionsHostError {
  constructor(message: string) {
    super('InvalidBindingExpression', message);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The values that `{name}` can name: trigger metadata, properties of a JSON payload, route values. */
export type BindingData = Readonly<Record<string, unknown>>;

export interface BindingContext {
  readonly data: BindingData;
  readonly functionName: string;
  readonly clock: Clock;
  readonly random: Randomness;
}

export interface BindingTemplate {
  /** Names between braces, in order, built-ins among them. */
  readonly parameters: readonly string[];
  /** @throws BindingExpressionError `No value for named parameter 'x'.` */
  bind(context: BindingContext): string;
}

/**
 * Replaces every `%setting%`, once, when the function is indexed (NameResolverExtensions of the WebJobs SDK).
 *
 * @throws BindingExpressionError `'%X%' does not resolve to a value.`
 */
export function resolveSettings(text: string, env: Environment): string {
  const pieces = text.split('%');
  if (pieces.length % 2 === 0) {
    throw new BindingExpressionError(`The '%' at position ${text.lastIndexOf('%')} does not have a closing '%'`);
  }
  return pieces.map((piece, index) => (index % 2 === 0 ? piece : settingValue(piece, env))).join('');
}

function settingValue(name: string, env: Environment): string {
  const value = lookUp(name, env);
  if (value === undefined) throw new BindingExpressionError(`'%${name}%' does not resolve to a value.`);
  return value;
}

/** A copy of a binding with every `%setting%` replaced, at any depth. @throws BindingExpressionError */
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

type Token = { readonly literal: string } | { readonly name: string; readonly format: string | undefined };

const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;

/**
 * Compiles text with `{name}`, `{a.b}`, `{name:format}` and the escapes `{{` and `}}`.
 *
 * @throws BindingExpressionError for a brace without its partner or an empty name
 */
export function compileBindingTemplate(text: string): BindingTemplate {
  const tokens = [...text.matchAll(TOKEN)].map((match) => toToken(match, text));
  return {
    parameters: tokens.flatMap((token) => ('name' in token ? token.name : [])),
    bind: (context) =>
      tokens.map((token) => ('name' in token ? parameterValue(token, context) : token.literal)).join(''),
  };
}

function toToken([whole, inside]: RegExpExecArray, text: string): Token {
  if (inside !== undefined) return toParameter(inside, text);
  if (whole === '{{') return { literal: '{' };
  if (whole === '}}') return { literal: '}' };
  if (whole === '{') throw new BindingExpressionError(`The '{' in '${text}' has no closing '}'`);
  if (whole === '}') throw new BindingExpressionError(`The '}' in '${text}' has no opening '{'`);
  return { literal: whole };
}

function toParameter(inside: string, text: string): Token {
  const colon = inside.indexOf(':');
  const name = (colon === -1 ? inside : inside.slice(0, colon)).trim();
  if (name === '') throw new BindingExpressionError(`'${text}' holds a parameter without a name`);
  return { name, format: colon === -1 ? undefined : inside.slice(colon + 1) };
}

function parameterValue(
  { name, format }: { name: string; format: string | undefined },
  context: BindingContext,
): string {
  const found = lookUpPath(context.data, name);
  if (found !== undefined && found !== null) return toText(found);
  switch (name.toLowerCase()) {
    case 'sys.methodname':
      return context.functionName;
    case 'rand-guid':
    case 'sys.randguid':
      return formatGuid(context.random.uuid(), format);
    case 'datetime':
    case 'sys.utcnow':
      return formatUtc(new Date(context.clock.now()), format || DEFAULT_DATE_FORMAT);
    default:
      throw new BindingExpressionError(`No value for named parameter '${name}'.`);
  }
}

/** `a.b` first as one name, then step by step; names are compared without regard to case. */
function lookUpPath(data: BindingData, name: string): unknown {
  const whole = lookUpName(data, name);
  if (whole !== undefined || !name.includes('.')) return whole;
  return name.split('.').reduce<unknown>((value, step) => lookUpName(value, step), data);
}

function lookUpName(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Object.hasOwn(value, name)) return (value as Record<string, unknown>)[name]; // an object with an own property of that name
  const wanted = name.toLowerCase();
  return Object.entries(value).find(([key]) => key.toLowerCase() === wanted)?.[1];
}

function toText(value: unknown): string {
  if (value instanceof Date) return formatUtc(value, DEFAULT_DATE_FORMAT);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The formats of .NET's Guid.ToString that yield a valid name. */
function formatGuid(uuid: string, format: string | undefined): string {
  switch (format?.toUpperCase()) {
    case 'N':
      return uuid.replaceAll('-', '');
    case 'B':
      return `{${uuid}}`;
    case 'P':
      return `(${uuid})`;
    default:
      return uuid;
  }
}
