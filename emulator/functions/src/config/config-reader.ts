import type { JsonObject } from './json-file.ts';
import { parseTimeSpan } from './time-span.ts';

type Fail = (path: readonly string[], problem: string) => Error;

interface Range {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Reads and validates the properties of one object of a configuration. As in .NET's configuration, names are compared
 * without regard to case. Text is accepted for numbers and booleans, because an environment variable is always text.
 */
export class ConfigReader {
  readonly #values: JsonObject;
  readonly #path: readonly string[];
  readonly #fail: Fail;

  constructor(values: JsonObject, fail: Fail, path: readonly string[] = []) {
    this.#values = values;
    this.#fail = fail;
    this.#path = path;
  }

  /** Empty when there is no property of that name. */
  section(name: string): ConfigReader {
    const value = this.#find(name);
    if (value !== undefined && !isObject(value)) throw this.fail(name, 'must be an object');
    return new ConfigReader(value ?? {}, this.#fail, [...this.#path, name]);
  }

  /** An error that names the entry `name` of this section. */
  fail(name: string, problem: string): Error {
    return this.#fail([...this.#path, name], problem);
  }

  names(): readonly string[] {
    return Object.keys(this.#values);
  }

  text(name: string): string | undefined {
    const value = this.#find(name);
    if (value === undefined || typeof value === 'string') return value;
    throw this.fail(name, `must be text in double quotes, but is ${JSON.stringify(value)}`);
  }

  integer(name: string, { min = -(2 ** 31), max = 2 ** 31 - 1 }: Range = {}): number | undefined {
    const value = this.#find(name);
    if (value === undefined) return undefined;
    const number = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value;
    if (typeof number === 'number' && Number.isInteger(number) && number >= min && number <= max) return number;
    throw this.fail(name, `must be a whole number from ${min} to ${max}, but is ${JSON.stringify(value)}`);
  }

  boolean(name: string): boolean | undefined {
    const value = this.#find(name);
    if (value === undefined || typeof value === 'boolean') return value;
    if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
    throw this.fail(name, `must be true or false, but is ${JSON.stringify(value)}`);
  }

  /** Milliseconds. */
  timeSpan(name: string, { min = 0, max = Number.MAX_SAFE_INTEGER }: Range = {}): number | undefined {
    const value = this.#find(name);
    if (value === undefined) return undefined;
    // .NET's configuration holds texts alone: a number is a number of days.
    const text = typeof value === 'number' ? String(value) : value;
    const milliseconds = typeof text === 'string' ? parseTimeSpan(text) : undefined;
    if (milliseconds !== undefined && milliseconds >= min && milliseconds <= max) return milliseconds;
    throw this.fail(name, `must be a time span such as "00:00:30", but is ${JSON.stringify(value)}`);
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#find(name);
    if (value === undefined) return undefined;
    const items = isObject(value) ? Object.values(value) : value;
    if (Array.isArray(items) && items.every((item) => typeof item === 'string')) return items;
    throw this.fail(name, 'must be an array of texts');
  }

  /** The entries of an array of objects; empty when there is no property of that name. */
  sections(name: string): readonly ConfigReader[] {
    const value = this.#find(name) ?? [];
    const items = isObject(value) ? Object.values(value) : value; // the names of an array's entries may be its indexes
    if (!Array.isArray(items) || !items.every(isObject)) throw this.fail(name, 'must be an array of objects');
    return items.map((item, index) => new ConfigReader(item, this.#fail, [...this.#path, name, String(index)]));
  }

  #find(name: string): unknown {
    const key = findKey(this.#values, name);
    const value = key === undefined ? undefined : this.#values[key];
    return value === null ? undefined : value;
  }
}

/** The key of `values` that equals `name` without regard to case. */
export function findKey(values: JsonObject, name: string): string | undefined {
  if (Object.hasOwn(values, name)) return name;
  const wanted = name.toLowerCase();
  return Object.keys(values).find((key) => key.toLowerCase() === wanted);
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
