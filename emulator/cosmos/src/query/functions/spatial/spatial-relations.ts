import type { Geometry } from './geometry.ts';
import { crosses, isClockwise, type Surface, segmentsOf } from './surface.ts';

/** A geometry projected on a surface. */
interface Shape<P> {
  readonly points: readonly P[];
  readonly lines: readonly (readonly P[])[];
  readonly polygons: readonly ProjectedPolygon<P>[];
}

interface ProjectedPolygon<P> {
  readonly rings: readonly (readonly P[])[];
  /** Everything outside the outer ring rather than inside. */
  readonly inverse: boolean;
}

/** Whether the geometries have a point in common. Boundaries belong to their polygon. */
export function intersects<P>(left: Geometry, right: Geometry, surface: Surface<P>): boolean {
  const [first, second] = [project(left, surface), project(right, surface)];
  if (verticesOf(first).some((point) => covers(second, point, surface))) return true;
  if (verticesOf(second).some((point) => covers(first, point, surface))) return true;
  const others = segmentsOfShape(second);
  return segmentsOfShape(first).some((segment) => others.some((other) => crosses(surface, segment, other)));
}

/** Whether no part of the first geometry lies outside the second. */
export function within<P>(left: Geometry, right: Geometry, surface: Surface<P>): boolean {
  const [first, second] = [project(left, surface), project(right, surface)];
  const segments = segmentsOfShape(first);
  const others = segmentsOfShape(second);
  return (
    verticesOf(first).every((point) => covers(second, point, surface)) &&
    segments.every(([a, b]) => covers(second, surface.middle(a, b), surface)) &&
    !segments.some((segment) => others.some((other) => crosses(surface, segment, other))) &&
    !holesOf(second).some((hole) =>
      first.polygons.some((polygon) => hole.every((point) => isInside(polygon, point, surface))),
    )
  );
}

function project<P>({ points, lines, polygons }: Geometry, surface: Surface<P>): Shape<P> {
  return {
    points: points.map(surface.project),
    lines: lines.map((line) => line.map(surface.project)),
    polygons: polygons.map((polygon) => ({
      rings: polygon.map((ring) => ring.map(surface.project)),
      inverse: surface.invertsClockwise && isClockwise(polygon[0] ?? []),
    })),
  };
}

function verticesOf<P>({ points, lines, polygons }: Shape<P>): readonly P[] {
  return [...points, ...lines.flat(), ...polygons.flatMap(({ rings }) => rings.flat())];
}

function segmentsOfShape<P>({ lines, polygons }: Shape<P>): readonly (readonly [P, P])[] {
  return [...lines, ...polygons.flatMap(({ rings }) => rings)].flatMap(segmentsOf);
}

function holesOf<P>({ polygons }: Shape<P>): readonly (readonly P[])[] {
  return polygons.flatMap(({ rings }) => rings.slice(1));
}

function covers<P>({ points, lines, polygons }: Shape<P>, point: P, surface: Surface<P>): boolean {
  return (
    points.some((other) => isOn([other, other], point, surface)) ||
    lines.some((line) => isOn(line, point, surface)) ||
    polygons.some(
      (polygon) => polygon.rings.some((ring) => isOn(ring, point, surface)) || isInside(polygon, point, surface),
    )
  );
}

function isInside<P>(
  { rings: [outer = [], ...holes], inverse }: ProjectedPolygon<P>,
  point: P,
  surface: Surface<P>,
): boolean {
  return isAround(outer, point, surface) !== inverse && !holes.some((hole) => isAround(hole, point, surface));
}

/** By the angle under which the point sees the ring go by: once around, or nothing. */
function isAround<P>(ring: readonly P[], point: P, surface: Surface<P>): boolean {
  return Math.abs(segmentsOf(ring).reduce((angle, [a, b]) => angle + surface.turn(point, a, b), 0)) > Math.PI;
}

function isOn<P>(path: readonly P[], point: P, surface: Surface<P>): boolean {
  return segmentsOf(path).some(([a, b]) => surface.side(a, b, point) === 0 && surface.isBetween(a, b, point));
}
