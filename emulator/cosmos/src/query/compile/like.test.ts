import fc from 'fast-check';
import { type LikeStep, likeMatcher, likeSteps } from './like.ts';

const pattern = fc.string({
  unit: fc.constantFrom('a', 'b', '%', '_', '[ab]', '[^a]', '[a-c]', '!%', '😀'),
  maxLength: 60,
});
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '%', '😀', '\ud83d'), maxLength: 80 });

test('likeMatcher() agrees with a match of every prefix of the text by every prefix of the pattern', () => {
  fc.assert(
    fc.property(pattern, text, (wanted, value) => {
      const expected = matchesByTable([...value], likeSteps(wanted, '!'));
      expect(likeMatcher(wanted, '!')(value, () => undefined)).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});

test('a part with wildcards may be longer than one word of the search', () => {
  const part = `a${'_'.repeat(40)}[bc]${'d'.repeat(40)}`;
  const matches = likeMatcher(`%${part}%`);
  const found = `a${'x'.repeat(40)}c${'d'.repeat(40)}`;
  expect(matches(`aaa${found}a`, () => undefined)).toBe(true);
  expect(matches(`aaa${found.slice(0, -1)}xa`, () => undefined)).toBe(false);
});

test.each([
  ['a part without wildcards', `%${'a'.repeat(20_000)}b%_`],
  ['many parts', `${'%a'.repeat(5_000)}b`],
  ['a part with wildcards of at most 32 characters', `%${'a_'.repeat(15)}b%_`],
])('a LIKE with %s charges steps in proportion to the text', (_, wanted) => {
  const matches = likeMatcher(wanted);
  const stepsFor = (length: number) => {
    let steps = 0;
    matches('a'.repeat(length), (charged) => {
      steps += charged;
    });
    return steps;
  };
  expect(stepsFor(400_000)).toBeLessThanOrEqual(3 * stepsFor(200_000));
  expect(stepsFor(400_000)).toBeLessThan(1_000_000);
});

test('a set may name thousands of characters', () => {
  const characters = Array.from({ length: 20_000 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join('');
  expect(likeMatcher(`[${characters}]_`)('\u5000!', () => undefined)).toBe(true);
  expect(likeMatcher(`[${characters}]_`)('a!', () => undefined)).toBe(false);
});

/** The textbook's dynamic program. */
function matchesByTable(text: readonly string[], steps: readonly LikeStep[]): boolean {
  let reached = [true, ...text.map(() => false)];
  for (const step of steps) {
    const next = reached.map(() => false);
    for (let at = 0; at <= text.length; at += 1) {
      if (step.kind === 'run') next[at] = reached[at] === true || next[at - 1] === true;
      else next[at] = at > 0 && reached[at - 1] === true && accepts(step, text[at - 1] ?? '');
    }
    reached = next;
  }
  return reached.at(-1) === true;
}

function accepts(step: LikeStep, character: string): boolean {
  if (step.kind === 'text') return step.character === character;
  return step.kind === 'any' || (step.kind === 'set' && step.contains(character.codePointAt(0) ?? 0));
}
