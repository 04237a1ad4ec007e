import type { Count } from '../syntax/ast.ts';
import { queryError } from '../syntax/query-error.ts';
import type { Parameters } from './compilation.ts';

/** The number of rows that TOP, OFFSET or LIMIT name; throws unless it is a whole number from 0 on. */
export function countOf(count: Count, clause: string, parameters: Parameters): number {
  const value = count.kind === 'literal' ? count.value : parameters.get(count.name);
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  const given = count.kind === 'literal' ? String(count.value) : count.name;
  throw queryError('SC2062', `The ${clause} count must be a non-negative integer, not '${given}'.`, count);
}
