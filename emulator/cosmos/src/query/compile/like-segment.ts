import { bordersOf } from '../values/find-text.ts';

/** A step of a LIKE pattern that matches exactly one character; a `text` matches the given one. */
export type SingleStep =
  | { readonly kind: 'text'; readonly character: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'set'; contains(codePoint: number): boolean };

/** Counts steps of work that grow with pattern and text; throws when a query has done too many. */
export type ChargeSteps = (steps: number) => void;

/** The part of a LIKE pattern between two `%`: it matches exactly as many characters as it has steps. */
export interface SegmentMatcher {
  readonly length: number;
  /** Whether it matches the characters from this position on. */
  isAt(text: ArrayLike<number>, position: number): boolean;
  /** Where its first match inside the window ends; -1 when there is none. */
  findEnd(text: ArrayLike<number>, window: Window, charge: ChargeSteps): number;
}

/** Positions of a text; `to` is behind the last. */
interface Window {
  readonly from: number;
  readonly to: number;
}

export function likeSegment(steps: readonly SingleStep[]): SegmentMatcher {
  const { length } = steps;
  const isAt = (text: ArrayLike<number>, position: number) =>
    steps.every((step, index) => accepts(step, text[position + index] ?? 0));
  const literal = literalOf(steps);
  const find = literal ? literalSearch(literal) : wildcardSearch(steps);
  const findEnd: SegmentMatcher['findEnd'] = (text, window, charge) => {
    if (length === 0) return window.from;
    return window.to - window.from < length ? -1 : find(text, window, charge);
  };
  return { length, isAt, findEnd };
}

function accepts(step: SingleStep, codePoint: number): boolean {
  if (step.kind === 'text') return step.character.codePointAt(0) === codePoint;
  return step.kind === 'any' || step.contains(codePoint);
}

/** The code points of a segment without wildcards. */
function literalOf(steps: readonly SingleStep[]): Uint32Array | undefined {
  const codePoints = new Uint32Array(steps.length);
  for (const [index, step] of steps.entries()) {
    if (step.kind !== 'text') return undefined;
    codePoints[index] = step.character.codePointAt(0) ?? 0;
  }
  return codePoints;
}

/** By the algorithm of Knuth, Morris and Pratt: linear in the text. */
function literalSearch(search: Uint32Array): SegmentMatcher['findEnd'] {
  const borders = bordersOf({ length: search.length, at: (index) => search[index] ?? 0 });
  return (text, { from, to }) => {
    let matched = 0;
    for (let index = from; index < to; index += 1) {
      const codePoint = text[index];
      while (matched > 0 && search[matched] !== codePoint) matched = borders[matched - 1] ?? 0;
      if (search[matched] === codePoint) matched += 1;
      if (matched === search.length) return index + 1;
    }
    return -1;
  };
}

/** How many steps one word of the bit-parallel search holds. */
const BITS = 32;

/** How many characters are read between two charges. */
const CHARGE_INTERVAL = 4_096;

/**
 * By the algorithm "Shift-And": bit n of the state says that the first n + 1 steps match the characters read last, so one operation
 * advances 32 steps at once. Source: Baeza-Yates and Gonnet, "A new approach to text searching", 1992.
 */
function wildcardSearch(steps: readonly SingleStep[]): SegmentMatcher['findEnd'] {
  const words = Math.ceil(steps.length / BITS);
  const lastBit = 1 << ((steps.length - 1) % BITS);
  const masks = new Map<number, Uint32Array>();
  const maskOf = (codePoint: number, charge: ChargeSteps) => {
    const known = masks.get(codePoint);
    if (known !== undefined) return known;
    charge(steps.length);
    const mask = acceptingSteps(steps, codePoint, words);
    if (masks.size * words < MAX_MASK_WORDS) masks.set(codePoint, mask);
    return mask;
  };
  return (text, { from, to }, charge) => {
    const state = new Uint32Array(words);
    for (let index = from; index < to; index += 1) {
      if ((index - from) % CHARGE_INTERVAL === 0) charge(CHARGE_INTERVAL * words);
      const mask = maskOf(text[index] ?? 0, charge);
      let carry = 1;
      for (let word = 0; word < words; word += 1) {
        const current = state[word] ?? 0;
        state[word] = ((current << 1) | carry) & (mask[word] ?? 0);
        carry = current >>> (BITS - 1);
      }
      if (((state[words - 1] ?? 0) & lastBit) !== 0) return index + 1;
    }
    return -1;
  };
}

/** How much the masks of one segment may hold, in words of four bytes. */
const MAX_MASK_WORDS = 262_144;

/** A bit for each step that accepts the character. */
function acceptingSteps(steps: readonly SingleStep[], codePoint: number, words: number): Uint32Array {
  const mask = new Uint32Array(words);
  for (const [index, step] of steps.entries()) {
    if (accepts(step, codePoint)) mask[index >> 5] = (mask[index >> 5] ?? 0) | (1 << (index % BITS));
  }
  return mask;
}
