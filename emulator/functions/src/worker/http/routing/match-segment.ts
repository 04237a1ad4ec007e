import type { TemplatePart, TemplateSegment } from './route-template.ts';

/**
 * Matches one path segment against a segment of several parts, from the right, each parameter taking as much as it
 * can, as ASP.NET Core's RoutePatternMatcher does: `{file}.{ext}` splits `a.b.c` into `a.b` and `c`. Adds the values
 * to `values` only when it matches.
 */
export function matchPartialSegment(segment: TemplateSegment, text: string, values: Record<string, string>): boolean {
  if (matchFromRight(segment, text, values)) return true;
  const last = segment.at(-1);
  const separator = segment.at(-2);
  if (last?.kind !== 'parameter' || !last.optional || separator?.kind !== 'literal') return false;
  // `{file}.{ext?}` also matches a name without extension, but not one that ends in the dot.
  return !text.endsWith(separator.text) && matchFromRight(segment.slice(0, -2), text, values);
}

function matchFromRight(parts: readonly TemplatePart[], text: string, values: Record<string, string>): boolean {
  const lowerText = lowerCase(text);
  const found: [name: string, value: string][] = [];
  let end = text.length;
  let pending: string | undefined;
  for (const part of parts.toReversed()) {
    if (part.kind === 'parameter') {
      pending = part.name;
      continue;
    }
    // A pending parameter takes at least one character.
    const latest = end - (pending === undefined ? 0 : 1) - part.text.length;
    const at = lastIndexUpTo(lowerText, part.lowerText, latest);
    if (at === -1 || (pending === undefined && at !== latest)) return false;
    if (pending !== undefined) found.push([pending, text.slice(at + part.text.length, end)]);
    pending = undefined;
    end = at;
  }
  if ((pending === undefined) !== (end === 0)) return false;
  if (pending !== undefined) found.push([pending, text.slice(0, end)]);
  for (const [name, value] of found.reverse()) values[name] = value;
  return true;
}

/** lastIndexOf, but a negative position finds nothing instead of counting as 0. */
function lastIndexUpTo(text: string, wanted: string, latest: number): number {
  return latest < 0 ? -1 : text.lastIndexOf(wanted, latest);
}

/** Lower case of the same length, so that positions agree. Text with a letter whose lower case is longer stays as it is. */
function lowerCase(text: string): string {
  const lower = text.toLowerCase();
  return lower.length === text.length ? lower : text;
}
