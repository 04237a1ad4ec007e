import type { Position, Ring } from './geometry.ts';

/** A polygon ring or a line on a surface. */
type Path<P> = readonly P[];

export interface Extent {
  readonly low: number;
  readonly high: number;
}

/** The geometry of a surface, for relations between shapes on it. `P` is a position in the form that it computes with. */
export interface Surface<P> {
  project(position: Position): P;
  /** Positive when the point lies to the left of the straight line from a to b, negative to the right, 0 on it. */
  side(a: P, b: P, point: P): number;
  /** The signed angle at the point from a to b, counter-clockwise. */
  turn(point: P, a: P, b: P): number;
  /** Whether a point on the line through a and b lies between them. */
  isBetween(a: P, b: P, point: P): boolean;
  middle(a: P, b: P): P;
  /** The bounds of the points of a segment, for each coordinate of the space that it is in. */
  extents(a: P, b: P): readonly Extent[];
  /** Whether a clockwise outer ring bounds all that lies outside it. */
  readonly invertsClockwise: boolean;
}

/** Degrees as coordinates of a plane: a container whose `geospatialConfig` says Geometry. */
export const plane: Surface<Position> = {
  project: (position) => position,
  side: ([ax, ay], [bx, by], [x, y]) => (bx - ax) * (y - ay) - (by - ay) * (x - ax),
  turn([x, y], [ax, ay], [bx, by]) {
    const [ux, uy, vx, vy] = [ax - x, ay - y, bx - x, by - y];
    return Math.atan2(ux * vy - uy * vx, ux * vx + uy * vy);
  },
  isBetween: ([ax, ay], [bx, by], [x, y]) => (x - ax) * (x - bx) + (y - ay) * (y - by) <= 0,
  middle: ([ax, ay], [bx, by]) => [(ax + bx) / 2, (ay + by) / 2],
  extents: ([ax, ay], [bx, by]) => [extentOf(ax, bx, 0), extentOf(ay, by, 0)],
  invertsClockwise: false,
};

type Vector = readonly [number, number, number];

/** Rounding of unit vectors: less than a hundredth of a millimetre on the ground. */
const ON_LINE = 1e-12;

/** Positions as unit vectors, great circles as straight lines: a container whose `geospatialConfig` says Geography. */
export const sphere: Surface<Vector> = {
  project([longitude, latitude]) {
    const [lambda, phi] = [(longitude * Math.PI) / 180, (latitude * Math.PI) / 180];
    return [Math.cos(phi) * Math.cos(lambda), Math.cos(phi) * Math.sin(lambda), Math.sin(phi)];
  },
  side(a, b, point) {
    const volume = dot(cross(a, b), point);
    return Math.abs(volume) < ON_LINE ? 0 : volume;
  },
  turn(point, a, b) {
    const normal = cross(point, a);
    return Math.atan2(dot(normal, b), dot(normal, cross(point, b)));
  },
  isBetween: (a, b, point) => dot(minus(point, a), minus(point, b)) <= 0,
  middle(a, b) {
    const [x, y, z]: Vector = [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
    const length = Math.hypot(x, y, z);
    return [x / length, y / length, z / length];
  },
  extents(a, b) {
    // How far the middle of the arc can be from the chord, and some for rounding.
    const bulge = 1 - Math.sqrt(Math.max(0, (1 + dot(a, b)) / 2)) + ON_LINE;
    return [extentOf(a[0], b[0], bulge), extentOf(a[1], b[1], bulge), extentOf(a[2], b[2], bulge)];
  },
  invertsClockwise: true,
};

function extentOf(a: number, b: number, bulge: number): Extent {
  return { low: Math.min(a, b) - bulge, high: Math.max(a, b) + bulge };
}

/** Whether the positions of a ring go round clockwise, seen on a map. */
export function isClockwise(ring: Ring): boolean {
  return (
    ring.reduce((area, [x, y], index) => {
      const [nextX, nextY] = ring[index + 1] ?? [x, y];
      return area + (nextX - x) * (nextY + y);
    }, 0) > 0
  );
}

/** Whether two segments cross in a point inside both. Touching ends do not count. */
export function crosses<P>(surface: Surface<P>, [a, b]: readonly [P, P], [c, d]: readonly [P, P]): boolean {
  const { side } = surface;
  if (side(a, b, c) * side(a, b, d) >= 0 || side(c, d, a) * side(c, d, b) >= 0) return false;
  // On a sphere the two great circles meet twice, at opposite points: both segments must be near the same one.
  return side(a, b, c) * side(c, d, b) > 0;
}

export function segmentsOf<P>(path: Path<P>): readonly (readonly [P, P])[] {
  return path.slice(1).map((end, index) => [path[index] ?? end, end]);
}

function cross([ax, ay, az]: Vector, [bx, by, bz]: Vector): Vector {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx];
}

function dot([ax, ay, az]: Vector, [bx, by, bz]: Vector): number {
  return ax * bx + ay * by + az * bz;
}

function minus([ax, ay, az]: Vector, [bx, by, bz]: Vector): Vector {
  return [ax - bx, ay - by, az - bz];
}
