/** Longitude and latitude in degrees. */
export type Position = readonly [number, number];

/** The first ring bounds the polygon, the others are holes. Rings are closed: they end where they begin. */
export type Polygon = readonly (readonly Position[])[];

/** Any GeoJSON geometry, taken apart. */
export interface Geometry {
  readonly points: readonly Position[];
  readonly lines: readonly (readonly Position[])[];
  readonly polygons: readonly Polygon[];
}

export type Segment = readonly [Position, Position];

/**
 * Relations between geometries, with degrees taken as a plane, which is what the service's results agree with at the
 * scale of a city. Boundaries belong to their polygon.
 */
export function intersects(left: Geometry, right: Geometry): boolean {
  if (verticesOf(left).some((position) => covers(right, position))) return true;
  if (verticesOf(right).some((position) => covers(left, position))) return true;
  const others = allSegments(right);
  return allSegments(left).some((segment) => others.some((other) => crosses(segment, other)));
}

/** Whether no part of the first geometry lies outside the second. */
export function within(left: Geometry, right: Geometry): boolean {
  const segments = allSegments(left);
  const others = allSegments(right);
  return (
    verticesOf(left).every((position) => covers(right, position)) &&
    segments.every((segment) => covers(right, middle(segment))) &&
    !segments.some((segment) => others.some((other) => crosses(segment, other))) &&
    !holesOf(right).some((hole) => left.polygons.some((polygon) => surrounds(polygon, hole)))
  );
}

/** Whether two segments cross in a point inside both. Touching ends do not count. */
export function crosses([a, b]: Segment, [c, d]: Segment): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

export function segmentsOf(path: readonly Position[]): readonly Segment[] {
  return path.slice(1).map((end, index) => [path[index] ?? end, end]);
}

export function allSegments({ lines, polygons }: Geometry): readonly Segment[] {
  return [...lines, ...polygons.flat()].flatMap(segmentsOf);
}

export function verticesOf({ points, lines, polygons }: Geometry): readonly Position[] {
  return [...points, ...lines.flat(), ...polygons.flat(2)];
}

function covers({ points, lines, polygons }: Geometry, position: Position): boolean {
  return (
    points.some((point) => isSame(point, position)) ||
    lines.some((line) => isOn(line, position)) ||
    polygons.some((polygon) => isInside(polygon, position) || polygon.some((ring) => isOn(ring, position)))
  );
}

/** By the parity of the edges a ray to the east meets, over all rings, so that holes count as outside. */
function isInside(polygon: Polygon, [x, y]: Position): boolean {
  const met = polygon.flatMap(segmentsOf).filter(([[ax, ay], [bx, by]]) => {
    return ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax);
  });
  return met.length % 2 === 1;
}

function isOn(path: readonly Position[], position: Position): boolean {
  return segmentsOf(path).some(([a, b]) => side(a, b, position) === 0 && isBetween(a, b, position));
}

function isBetween([ax, ay]: Position, [bx, by]: Position, [x, y]: Position): boolean {
  return x >= Math.min(ax, bx) && x <= Math.max(ax, bx) && y >= Math.min(ay, by) && y <= Math.max(ay, by);
}

function holesOf({ polygons }: Geometry): readonly (readonly Position[])[] {
  return polygons.flatMap((polygon) => polygon.slice(1));
}

function surrounds(polygon: Polygon, hole: readonly Position[]): boolean {
  return hole.every((position) => isInside(polygon, position));
}

/** Positive when the point lies to the left of the line from a to b, negative to the right, 0 on it. */
function side([ax, ay]: Position, [bx, by]: Position, [x, y]: Position): number {
  return (bx - ax) * (y - ay) - (by - ay) * (x - ax);
}

function middle([[ax, ay], [bx, by]]: Segment): Position {
  return [(ax + bx) / 2, (ay + by) / 2];
}

function isSame([ax, ay]: Position, [bx, by]: Position): boolean {
  return ax === bx && ay === by;
}
