import type { JSONValue, SqlParameter, SqlQuerySpec } from '@azure/cosmos';

/** One statement in the making. Values enter it as parameters and in no other way. */
export class Statement {
  readonly #parameters: SqlParameter[] = [];

  /** Adds a value and returns the name that stands for it in the text. */
  bind(value: JSONValue): string {
    const name = `@p${this.#parameters.length}`;
    this.#parameters.push({ name, value });
    return name;
  }

  toQuery(text: string): SqlQuerySpec {
    return { query: text, parameters: this.#parameters };
  }
}

/** A text that names its parameters itself, with what they stand for. */
export function toQuery(query: string, values: Readonly<Record<string, JSONValue>>): SqlQuerySpec {
  return { query, parameters: Object.entries(values).map(([name, value]) => ({ name: `@${name}`, value })) };
}

/** A property of the item. Names are string literals in brackets: whatever a caller's name contains, it stays a name. */
export function propertyPath(names: readonly string[]): string {
  return `c${names.map((name) => `[${JSON.stringify(name)}]`).join('')}`;
}
