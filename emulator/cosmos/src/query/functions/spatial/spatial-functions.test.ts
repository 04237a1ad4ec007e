import type { EvaluationContext } from '../../values/evaluation-context.ts';
import type { Value } from '../../values/value.ts';
import { scalarFunctions } from '../catalogue.ts';

const context: EvaluationContext = { now: 0, random: () => 0 };
const planar: EvaluationContext = { ...context, geospatialType: 'Geometry' };

function evaluate(name: string, ...args: Value[]): Value {
  return scalarFunctions.get(name)?.evaluate(args, context);
}

const point = (longitude: number, latitude: number): Value => ({ type: 'Point', coordinates: [longitude, latitude] });
const square = (west: number, south: number, size: number) => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
];
const polygon = (...rings: number[][][]): Value => ({ type: 'Polygon', coordinates: rings });
const line = (...positions: number[][]): Value => ({ type: 'LineString', coordinates: positions });

// The last digits depend on the grid to which the service rounds coordinates.
test.each([
  [point(-122.12826822304672, 47.63980239335718), 3345.269817267368],
  [point(-96.84368664765994, 46.81297794314663), 1907438.421299902],
])('ST_DISTANCE of %j is that of the documented example, to 0.1 mm', (office, metres) => {
  const distance = Number(evaluate('ST_DISTANCE', office, point(-122.11758113953535, 47.66901087006131)));
  expect(Math.abs(distance - metres)).toBeLessThan(1e-4);
});

test('ST_DISTANCE measures along great ellipses', () => {
  // A meridian is a geodesic, and so is the equator: a quarter of each, as WGS 84 gives them.
  expect(evaluate('ST_DISTANCE', point(10, 0), point(10, 90))).toBeCloseTo(10_001_965.729, 2);
  expect(evaluate('ST_DISTANCE', point(0, 0), point(90, 0))).toBeCloseTo((6_378_137 * Math.PI) / 2, 6);
  expect(evaluate('ST_DISTANCE', point(0, 0), point(180, 0))).toBeCloseTo(2 * 10_001_965.729, 2);
  expect(evaluate('ST_DISTANCE', point(7, 45), point(7, 45))).toBe(0);
});

test('ST_DISTANCE reaches the nearest edge, and is 0 for geometries that meet', () => {
  const degree = Number(evaluate('ST_DISTANCE', point(0, 0), point(1, 0)));
  expect(evaluate('ST_DISTANCE', point(2, 0), polygon(square(-1, -1, 2)))).toBeCloseTo(degree, 1);
  expect(evaluate('ST_DISTANCE', line([2, -1], [2, 1]), polygon(square(-1, -1, 2)))).toBeCloseTo(degree, -3);
  expect(evaluate('ST_DISTANCE', point(0, 0), polygon(square(-1, -1, 2)))).toBe(0);
  expect(evaluate('ST_DISTANCE', point(0, 0), 'nowhere')).toBeUndefined();
  expect(evaluate('ST_DISTANCE', point(0, 0), point(0, 91))).toBeUndefined();
});

test('ST_AREA is that of the documented example, less holes, and 0 without area', () => {
  const documented = polygon([[31.8, -5], [32, -5], [32, -4.7], [31.8, -4.7], [31.8, -5]]); // biome-ignore format: as documented
  expect(Math.abs(Number(evaluate('ST_AREA', documented)) / 735970283.0522614 - 1)).toBeLessThan(1e-8);
  const whole = Number(evaluate('ST_AREA', polygon(square(0, 0, 2))));
  const hole = Number(evaluate('ST_AREA', polygon(square(0.5, 0.5, 1))));
  expect(evaluate('ST_AREA', polygon(square(0, 0, 2), square(0.5, 0.5, 1)))).toBeCloseTo(whole - hole, 0);
  expect(evaluate('ST_AREA', polygon(square(0, 0, 2).reverse()))).toBeGreaterThan(5e14);
  expect(evaluate('ST_AREA', point(0, 0))).toBe(0);
  expect(evaluate('ST_AREA', null)).toBeUndefined();
});

// What the service makes of these as constant filters: great circles on Geography, straight lines on Geometry.
test('edges are great circles unless the container is for Geometry', () => {
  const wide = polygon([
    [-60, 20],
    [70, 20],
    [70, 70],
    [-60, 70],
    [-60, 20],
  ]);
  expect(evaluate('ST_INTERSECTS', line([0, 0], [0, 40]), wide)).toBe(false);
  expect(evaluate('ST_WITHIN', point(0, 40), wide)).toBe(false);
  expect(evaluate('ST_WITHIN', point(0, 45), wide)).toBe(true);
  expect(scalarFunctions.get('ST_WITHIN')?.evaluate([point(0, 40), wide], planar)).toBe(true);
  expect(scalarFunctions.get('ST_INTERSECTS')?.evaluate([line([0, 0], [0, 40]), wide], planar)).toBe(true);
});

test('a container for Geometry takes any coordinates and measures in their unit', () => {
  const large = polygon(square(-1000, 1000, 2000));
  expect(evaluate('ST_ISVALID', large)).toBe(false);
  expect(scalarFunctions.get('ST_ISVALID')?.evaluate([large], planar)).toBe(true);
  expect(scalarFunctions.get('ST_AREA')?.evaluate([large], planar)).toBe(4_000_000);
  expect(scalarFunctions.get('ST_AREA')?.evaluate([polygon(square(0, 0, 2).reverse())], planar)).toBe(4);
  expect(scalarFunctions.get('ST_DISTANCE')?.evaluate([point(0, 0), point(3, 4)], planar)).toBe(5);
  expect(scalarFunctions.get('ST_DISTANCE')?.evaluate([point(5, 1), line([0, 0], [3, 0], [3, 9])], planar)).toBe(2);
});

test('a clockwise polygon on Geography is all that lies around it', () => {
  const around = polygon(square(0, 0, 2).reverse());
  expect(evaluate('ST_WITHIN', point(5, 5), around)).toBe(true);
  expect(evaluate('ST_WITHIN', point(1, 1), around)).toBe(false);
});

test('a polygon may lie across the 180th meridian', () => {
  const fiji = polygon([
    [175, -20],
    [-175, -20],
    [-175, -10],
    [175, -10],
    [175, -20],
  ]);
  expect(evaluate('ST_ISVALID', fiji)).toBe(true);
});

test('ST_WITHIN is that of the documented example', () => {
  const campus = polygon([
    [-122.13236581015025, 47.64606476313813],
    [-122.13221982500913, 47.633757091363975],
    [-122.11840598103835, 47.641749416109235],
    [-122.12061400629656, 47.64589264786028],
    [-122.13236581015025, 47.64606476313813],
  ]);
  expect(evaluate('ST_WITHIN', point(-122.12824857332558, 47.6395516675712), campus)).toBe(true);
  expect(evaluate('ST_WITHIN', point(0, 0), campus)).toBe(false);
});

test.each<[string, [Value, Value], boolean, boolean]>([
  ['a polygon inside another', [polygon(square(1, 1, 1)), polygon(square(0, 0, 3))], true, true],
  ['a polygon around another', [polygon(square(0, 0, 3)), polygon(square(1, 1, 1))], false, true],
  ['overlapping polygons', [polygon(square(0, 0, 2)), polygon(square(1, 1, 2))], false, true],
  ['separate polygons', [polygon(square(0, 0, 1)), polygon(square(5, 5, 1))], false, false],
  ['a point in a hole', [point(1.5, 1.5), polygon(square(0, 0, 3), square(1, 1, 1))], false, false],
  ['a polygon around a hole', [polygon(square(0.5, 0.5, 2)), polygon(square(0, 0, 3), square(1, 1, 1))], false, true],
  ['a line through a polygon', [line([-1, 1], [4, 1]), polygon(square(0, 0, 3))], false, true],
  ['a line inside a polygon', [line([1, 1], [2, 2]), polygon(square(0, 0, 3))], true, true],
  ['crossing lines', [line([0, 0], [2, 2]), line([0, 2], [2, 0])], false, true],
  ['a point on a line', [point(1, 0), line([0, 0], [2, 0])], true, true],
  ['the same points', [point(1, 1), point(1, 1)], true, true],
  [
    'a point in the second of two polygons',
    [point(5.5, 5.5), { type: 'MultiPolygon', coordinates: [[square(0, 0, 1)], [square(5, 5, 1)]] }],
    true,
    true,
  ],
])('%s: ST_WITHIN and ST_INTERSECTS', (_title, [left, right], within, intersecting) => {
  expect(evaluate('ST_WITHIN', left, right)).toBe(within);
  expect(evaluate('ST_INTERSECTS', left, right)).toBe(intersecting);
  expect(evaluate('ST_INTERSECTS', right, left)).toBe(intersecting);
});

test.each<[Value, string | undefined]>([
  [point(-84.38876194345323, 33.75682784306348), undefined],
  [{ type: 'Point', coordinates: [1, 2, 300] }, undefined],
  [point(133.756827843063, -184.38876194345323), 'Latitude values must be between -90 and 90 degrees.'],
  [point(181, 0), 'Longitude values must be between -180 and 180 degrees.'],
  [{ type: 'Point', coordinates: ['1', '2'] }, 'A position must be an array of at least two numbers.'],
  [{ type: 'Point' }, 'The GeoJSON object has no coordinates array.'],
  [{ type: 'Circle', coordinates: [] }, 'The type is not Point, MultiPoint, LineString, Polygon or MultiPolygon.'],
  ['Point', 'The value is not a GeoJSON object.'],
  [line([0, 0]), 'A LineString must have at least two positions.'],
  [polygon(), 'A Polygon must have at least one ring.'],
  [
    polygon([
      [0, 0],
      [1, 1],
      [0, 0],
    ]),
    'A polygon ring must have at least four positions.',
  ],
  [
    polygon([
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ]),
    'A polygon ring must start and end at the same position.',
  ],
  [
    polygon([
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
      [0, 0],
    ]),
    'A polygon ring must not intersect itself.',
  ],
  [line(...Array.from({ length: 3000 }, () => [0, 0])), 'The geometry has more than 2000 positions.'],
])('ST_ISVALIDDETAILED(%j) gives the reason %j', (geometry, reason) => {
  expect(evaluate('ST_ISVALID', geometry)).toBe(reason === undefined);
  expect(evaluate('ST_ISVALIDDETAILED', geometry)).toEqual(
    reason === undefined ? { valid: true } : { valid: false, reason },
  );
});
