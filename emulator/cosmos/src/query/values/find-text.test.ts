import fc from 'fast-check';
import { findLastText, findText, splitText } from './find-text.ts';

const long = fc.tuple(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 }), fc.integer({ min: 1, max: 200 }));

test('findText(), findLastText() and splitText() agree with the methods of strings, for long search strings too', () => {
  fc.assert(
    fc.property(
      fc.array(long, { maxLength: 6 }),
      fc.array(long, { maxLength: 3 }),
      fc.nat(50),
      (texts, searches, from) => {
        const part = searches.map(([unit, times]) => unit.repeat(times)).join('');
        const text = `${texts.map(([unit, times]) => unit.repeat(times)).join(part)}`;
        expect(findText(text, part, from)).toBe(text.indexOf(part, from));
        expect(findLastText(text, part)).toBe(text.lastIndexOf(part));
        if (part !== '') expect(splitText(text, part)).toEqual(text.split(part));
      },
    ),
    { numRuns: 300 },
  );
});

test('a search string of half a million characters is found in a text that nearly repeats it', () => {
  const text = 'a'.repeat(1_000_000);
  expect(findText(text, `b${'a'.repeat(500_000)}`)).toBe(-1);
  expect(findLastText(text, `${'a'.repeat(500_000)}b`)).toBe(-1);
  expect(splitText(`${text}b`, `${'a'.repeat(500_000)}b`)).toEqual(['a'.repeat(500_000), '']);
});
