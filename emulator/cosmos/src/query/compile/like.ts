/** One step of a LIKE pattern; a `text` matches exactly one given character. */
export type LikeStep =
  | { readonly kind: 'text'; readonly character: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'run' }
  | { readonly kind: 'set'; contains(character: string): boolean };

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
  const ranges: (readonly [from: string, to: string])[] = [];
  for (let at = negated ? 1 : 0; at < members.length; at += 1) {
    const from = members[at] ?? '';
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    ranges.push([from, isRange ? (members[at + 2] ?? '') : from]);
    if (isRange) at += 2;
  }
  const contains = (character: string) => ranges.some(([from, to]) => from <= character && character <= to);
  return { kind: 'set', contains: negated ? (character) => !contains(character) : contains };
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

/**
 * Whether a text matches the whole pattern. Only the last `%` is ever retried, so the work is at most the length of the text
 * times that of the pattern; the common forms `text`, `text%`, `%text` and `%text%` are single searches.
 */
export function likeMatcher(pattern: string, escapeCharacter?: string): (text: string) => boolean {
  const steps = likeSteps(pattern, escapeCharacter);
  const leading = steps[0]?.kind === 'run';
  const trailing = steps.length > 1 && steps.at(-1)?.kind === 'run';
  const { text, whole } = likePrefix(steps.slice(leading ? 1 : 0, trailing ? -1 : undefined));
  if (!whole) return (value) => matches([...value], steps);
  if (leading && trailing) return (value) => value.includes(text);
  if (leading) return (value) => value.endsWith(text);
  if (trailing) return (value) => value.startsWith(text);
  return (value) => value === text;
}

function matches(text: readonly string[], steps: readonly LikeStep[]): boolean {
  let at = 0;
  let next = 0;
  let afterRun = -1; // the step after the last `%`; `taken` is the end of the text that this `%` matches
  let taken = 0;
  while (at < text.length) {
    const step = steps[next];
    if (step?.kind === 'run') {
      next += 1;
      afterRun = next;
      taken = at;
    } else if (step !== undefined && accepts(step, text[at] ?? '')) {
      at += 1;
      next += 1;
    } else if (afterRun >= 0) {
      taken += 1;
      at = taken;
      next = afterRun;
    } else {
      return false;
    }
  }
  return steps.slice(next).every((step) => step.kind === 'run');
}

function accepts(step: Exclude<LikeStep, { kind: 'run' }>, character: string): boolean {
  if (step.kind === 'text') return step.character === character;
  return step.kind === 'any' || step.contains(character);
}
