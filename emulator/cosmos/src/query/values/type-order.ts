import type { Value } from './value.ts';

/**
 * The place of a value's type in the order the service sorts mixed types by: undefined, null, boolean, number, string,
 * array, object. The numbers are those the service's own clients use when they merge partitions.
 */
export function typeOrder(value: Value): number {
  switch (typeof value) {
    case 'undefined':
      return 0;
    case 'boolean':
      return 2;
    case 'number':
      return 4;
    case 'string':
      return 5;
    default:
      return orderOfObjectType(value);
  }
}

function orderOfObjectType(value: Value): number {
  if (value === null) return 1;
  return Array.isArray(value) ? 6 : 7;
}
