import type { ItemDefinition, SqlQuerySpec } from '@azure/cosmos';

/** Items whose values are as long as an item can be: a text, two arrays, many properties, a geometry, and many small ones. */
export function hostileItems(): readonly ItemDefinition[] {
  const pk = 'hostile';
  const ring = Array.from({ length: 1_900 }, (_, index) => {
    const angle = (index / 1_900) * 2 * Math.PI;
    return [Math.cos(angle), Math.sin(angle)];
  });
  return [
    { id: 'text', pk, s: 'a'.repeat(1_850_000), t: `${'a'.repeat(50_000)}b`, arr: numbers(10_000) },
    { id: 'array', pk, s: 'ab', t: 'b', arr: numbers(200_000) },
    {
      id: 'object',
      pk,
      s: '{"a":[1]}',
      t: 'a',
      arr: [{}],
      o: Object.fromEntries(numbers(80_000).map((n) => [`k${n}`, n])),
    },
    {
      id: 'geometry',
      pk,
      s: 'ring',
      t: 'r',
      arr: numbers(500),
      g: { type: 'Polygon', coordinates: [[...ring, ring[0]]] },
    },
    ...numbers(50).map((n) => ({ id: `small${n}`, pk, s: `text ${n}`, t: 'text', arr: numbers(20), n })),
  ];
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Queries that once held up the server or filled its memory. */
export function namedQueries(): readonly SqlQuerySpec[] {
  const like = (times: number) => ({
    query: 'SELECT VALUE c.s LIKE @p FROM c',
    parameters: [{ name: '@p', value: `%${'a'.repeat(times)}b%_` }],
  });
  const texts = [
    'SELECT VALUE ARRAY_LENGTH(ARRAY(SELECT VALUE UPPER(CONCAT(c.s, ToString(a))) FROM a IN c.arr)) FROM c',
    'SELECT VALUE (SELECT VALUE COUNT(1) FROM a IN c.arr WHERE ARRAY_CONTAINS(c.arr, -a)) FROM c',
    'SELECT VALUE (SELECT VALUE COUNT(1) FROM a IN c.arr JOIN b IN c.arr WHERE a = -b) FROM c',
    'SELECT VALUE EXISTS(SELECT VALUE 1 FROM a IN c.arr JOIN b IN c.arr JOIN d IN c.arr WHERE a + b + d = -1) FROM c',
    'SELECT VALUE ST_WITHIN(c.g, c.g) FROM c',
    'SELECT VALUE ST_DISTANCE(c.g, {"type": "Point", "coordinates": [9, 9]}) FROM c',
    'SELECT k, COUNT(1) AS n FROM c JOIN (SELECT VALUE CONCAT(c.s, ToString(a)) FROM a IN c.arr) AS k GROUP BY k',
    'SELECT DISTINCT VALUE CONCAT(c.s, ToString(a)) FROM c JOIN a IN c.arr',
    'SELECT VALUE CONCAT(ToString(a), c.s) FROM c JOIN a IN c.arr ORDER BY c.s DESC',
    `SELECT VALUE [${Array.from({ length: 5_000 }, () => 'c.s').join(', ')}] FROM c`,
    `SELECT VALUE ${Array.from({ length: 3_000 }, (_, n) => `ARRAY_CONTAINS(c.arr, ${-1 - n})`).join(' OR ')} FROM c`,
    'SELECT VALUE LastIndexOf(c.s, c.t) FROM c',
    'SELECT VALUE ARRAY_CONTAINS(ARRAY(SELECT VALUE {} FROM a IN c.arr), c.o, true) FROM c',
    'SELECT VALUE RegexMatch(c.s, "(a|aa)*(b|c)+x") FROM c',
    'SELECT VALUE FullTextContains(c.s, c.t) FROM c',
    'SELECT VALUE Reverse(Replace(c.s, "a", "bc")) FROM c',
  ];
  return [like(200), like(1_000), like(20_000), ...[...texts, ...longTexts()].map((query) => ({ query }))];
}

/** As long as a query may be. */
function longTexts(): readonly string[] {
  const units: readonly (readonly [start: string, unit: string, end: string])[] = [
    ['SELECT VALUE [', 'EXISTS(SELECT 1 FROM a IN c)', '1] FROM c'],
    ['SELECT VALUE [', '(SELECT 1)', '1] FROM c'],
    ['SELECT VALUE [', 'ABS(1)', '1] FROM c'],
    ['SELECT VALUE c.s IN (', '[{}]', '1) FROM c'],
    ['SELECT VALUE 1 FROM c ORDER BY ', 'c.a', 'c.b'],
    ['SELECT ', 'COUNT(1)', '1 FROM c'],
  ];
  const lists = units.map(([start, unit, end]) => {
    const times = Math.floor((MAX_TEXT - start.length - end.length) / (unit.length + 1));
    return `${start}${`${unit},`.repeat(times)}${end}`;
  });
  return [...lists, `SELECT VALUE c.s LIKE "${'_a%'.repeat(MAX_TEXT / 3 - 20)}" FROM c`];
}

const MAX_TEXT = 262_144;
