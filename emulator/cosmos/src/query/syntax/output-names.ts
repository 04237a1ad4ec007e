import type { Expression, SelectItem } from './ast.ts';

/**
 * The property names of a select list, in order: the alias, else the last step of a path, else `$1`, `$2`... counting the
 * items that have neither, as the service names them.
 */
export function outputNames(items: readonly SelectItem[]): readonly string[] {
  let unnamed = 0;
  return items.map(({ expression, alias }) => {
    const name = alias ?? lastStep(expression);
    if (name !== undefined) return name;
    unnamed += 1;
    return `$${unnamed}`;
  });
}

function lastStep(expression: Expression): string | undefined {
  return expression.kind === 'identifier' || expression.kind === 'property' ? expression.name : undefined;
}
