import { findText } from '../values/find-text.ts';
import { type ChargeSteps, likeSegment, type SegmentMatcher, type SingleStep } from './like-segment.ts';

/** One step of a LIKE pattern; a `run` is `%`. */
export type LikeStep = SingleStep | { readonly kind: 'run' };

/**
 * Reads a LIKE pattern: `%` any run, `_` any one character, `[a-c]` and `[^a-c]` one of a set; the escape character takes
 * the next one literally. Source: "LIKE", Cosmos DB query reference.
 */
export function likeSteps(pattern: string, escapeCharacter?: string): readonly LikeStep[] {
  const characters = [...pattern];
  const steps: LikeStep[] = [];
  let at = 0;
  while (at < characters.length) {
    const { step, length } = stepAt(characters, at, escapeCharacter);
    if (step.kind !== 'run' || steps.at(-1)?.kind !== 'run') steps.push(step);
    at += length;
  }
  return steps;
}

function stepAt(
  characters: readonly string[],
  at: number,
  escapeCharacter: string | undefined,
): { step: LikeStep; length: number } {
  const character = characters[at] ?? '';
  if (character === escapeCharacter && at + 1 < characters.length) {
    return { step: { kind: 'text', character: characters[at + 1] ?? '' }, length: 2 };
  }
  if (character === '%') return { step: { kind: 'run' }, length: 1 };
  if (character === '_') return { step: { kind: 'any' }, length: 1 };
  const close = character === '[' ? characters.indexOf(']', at + 2) : -1;
  if (close > 0) return { step: setOf(characters.slice(at + 1, close)), length: close + 1 - at };
  return { step: { kind: 'text', character }, length: 1 };
}

/** A set such as `a-cx` or `^a-c`. */
function setOf(members: readonly string[]): LikeStep {
  const negated = members[0] === '^';
  const ranges: CodePointRange[] = [];
  for (let at = negated ? 1 : 0; at < members.length; at += 1) {
    const from = codePointOf(members[at]);
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    ranges.push({ from, to: isRange ? codePointOf(members[at + 2]) : from });
    if (isRange) at += 2;
  }
  const disjoint = toDisjoint(ranges);
  const contains = (codePoint: number) => isInRanges(codePoint, disjoint) !== negated;
  return { kind: 'set', contains };
}

interface CodePointRange {
  readonly from: number;
  readonly to: number;
}

function codePointOf(character = ''): number {
  return character.codePointAt(0) ?? 0;
}

/** In ascending order, without overlaps and without ranges whose end is before their start. */
function toDisjoint(ranges: readonly CodePointRange[]): readonly CodePointRange[] {
  const disjoint: CodePointRange[] = [];
  for (const range of ranges.filter(({ from, to }) => from <= to).sort((left, right) => left.from - right.from)) {
    const last = disjoint.at(-1);
    if (last === undefined || range.from > last.to) disjoint.push(range);
    else disjoint[disjoint.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
  }
  return disjoint;
}

/** By binary search, as a pattern may name thousands of characters. */
function isInRanges(codePoint: number, ranges: readonly CodePointRange[]): boolean {
  let [low, high] = [0, ranges.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const { from, to } = ranges[middle] ?? { from: 0, to: 0 };
    if (codePoint < from) high = middle - 1;
    else if (codePoint > to) low = middle + 1;
    else return true;
  }
  return false;
}

/** The text that every match begins with, possibly empty; `whole` when the pattern is only that text. */
export function likePrefix(steps: readonly LikeStep[]): { readonly text: string; readonly whole: boolean } {
  let text = '';
  for (const step of steps) {
    if (step.kind !== 'text') return { text, whole: false };
    text += step.character;
  }
  return { text, whole: true };
}

/** Whether a text matches the whole pattern. */
export type LikeMatcher = (text: string, charge: ChargeSteps) => boolean;

/**
 * Compiles a pattern. The parts between `%` are searched for one after the other, each from where the one before ended: the first
 * occurrence of each is enough, so no part is ever searched for again. The work is linear in the text for parts without wildcards,
 * and for those with at most 32 characters; a longer part with `_` or a set costs one step more for every further 32 characters.
 * The common forms `text`, `text%`, `%text` and `%text%` are single searches.
 */
export function likeMatcher(pattern: string, escapeCharacter?: string): LikeMatcher {
  const steps = likeSteps(pattern, escapeCharacter);
  const leading = steps[0]?.kind === 'run';
  const trailing = steps.length > 1 && steps.at(-1)?.kind === 'run';
  const { text, whole } = likePrefix(steps.slice(leading ? 1 : 0, trailing ? -1 : undefined));
  if (!whole) return segmentsMatcher(steps);
  if (leading && trailing) return (value) => findText(value, text) >= 0;
  if (leading) return (value) => value.endsWith(text);
  if (trailing) return (value) => value.startsWith(text);
  return (value) => value === text;
}

function segmentsMatcher(steps: readonly LikeStep[]): LikeMatcher {
  const segments = segmentsBetweenRuns(steps).map(likeSegment);
  const length = segments.reduce((sum, segment) => sum + segment.length, 0);
  const [first, ...others] = segments;
  const last = others.pop();
  return (value, charge) => {
    if (value.length < length) return false;
    const text = toCodePoints(value);
    charge(text.length);
    if (last === undefined) return first !== undefined && text.length === first.length && first.isAt(text, 0);
    return matchesAround(text, { first, others, last }, charge);
  };
}

interface Segments {
  readonly first: SegmentMatcher | undefined;
  readonly others: readonly SegmentMatcher[];
  readonly last: SegmentMatcher;
}

/** The first segment is at the start and the last at the end; a pattern that begins or ends with `%` has an empty one there. */
function matchesAround(text: ArrayLike<number>, { first, others, last }: Segments, charge: ChargeSteps): boolean {
  const end = text.length - last.length;
  let at = first?.length ?? 0;
  if (end < at || first?.isAt(text, 0) === false || !last.isAt(text, end)) return false;
  for (const segment of others) {
    at = segment.findEnd(text, { from: at, to: end }, charge);
    if (at < 0) return false;
  }
  return true;
}

function segmentsBetweenRuns(steps: readonly LikeStep[]): readonly (readonly SingleStep[])[] {
  const segments: SingleStep[][] = [[]];
  for (const step of steps) {
    if (step.kind === 'run') segments.push([]);
    else segments.at(-1)?.push(step);
  }
  return segments;
}

/** Texts up to this length become plain arrays, which are faster to allocate. */
const SHORT_TEXT = 256;

function toCodePoints(text: string): ArrayLike<number> {
  if (text.length <= SHORT_TEXT) return shortCodePoints(text);
  const codePoints = new Uint32Array(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const codePoint = text.codePointAt(at) ?? 0;
    if (codePoint > 0xffff) at += 1;
    codePoints[length] = codePoint;
    length += 1;
  }
  return codePoints.subarray(0, length);
}

function shortCodePoints(text: string): readonly number[] {
  const codePoints: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const codePoint = text.codePointAt(at) ?? 0;
    if (codePoint > 0xffff) at += 1;
    codePoints.push(codePoint);
  }
  return codePoints;
}
