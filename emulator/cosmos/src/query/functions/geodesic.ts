import geodesic from 'geographiclib-geodesic';
import { allSegments, type Geometry, intersects, type Position, type Segment, verticesOf } from './planar-geometry.ts';

const { WGS84 } = geodesic.Geodesic;

/** How often the search for the nearest point of a segment halves what is left: below a millimetre on any segment. */
const SEARCH_STEPS = 60;

/** The area in square metres of the geometry's polygons on the WGS-84 ellipsoid; a clockwise outer ring bounds the rest of the Earth. */
export function areaOf({ polygons }: Geometry): number {
  return polygons.reduce((total, [outer = [], ...holes]) => {
    const cut = holes.reduce((sum, hole) => sum + Math.abs(ringArea(hole, true)), 0);
    return total + ringArea(outer, false) - cut;
  }, 0);
}

/** A position of one geometry and a segment, or a point as a segment without length, of the other. */
interface Candidate {
  readonly position: Position;
  readonly segment: Segment;
  /** How far apart they are, in degrees of latitude on a plane. */
  readonly estimate: number;
}

/** How many candidates are measured on the ellipsoid. */
const MEASURED_CANDIDATES = 8;

/** The shortest distance in metres on the WGS-84 ellipsoid; 0 for geometries that meet. */
export function distanceBetween(left: Geometry, right: Geometry): number {
  if (intersects(left, right)) return 0;
  const nearest: Candidate[] = [];
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    const segments = [...to.points.map((point): Segment => [point, point]), ...allSegments(to)];
    for (const position of verticesOf(from)) {
      for (const segment of segments)
        keepNearest(nearest, { position, segment, estimate: estimate(segment, position) });
    }
  }
  return Math.min(...nearest.map(({ segment, position }) => segmentDistance(segment, position)));
}

/** Keeps the list sorted and short. */
function keepNearest(nearest: Candidate[], candidate: Candidate): void {
  const worst = nearest.at(-1);
  if (nearest.length === MEASURED_CANDIDATES && worst !== undefined && worst.estimate <= candidate.estimate) return;
  nearest.push(candidate);
  nearest.sort((left, right) => left.estimate - right.estimate);
  nearest.length = Math.min(nearest.length, MEASURED_CANDIDATES);
}

function estimate([[ax, ay], [bx, by]]: Segment, [x, y]: Position): number {
  const shrink = Math.cos((y * Math.PI) / 180);
  const [dx, dy] = [(bx - ax) * shrink, by - ay];
  const [px, py] = [(x - ax) * shrink, y - ay];
  const along = Math.min(Math.max((px * dx + py * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(px - along * dx, py - along * dy);
}

function ringArea(ring: readonly Position[], signed: boolean): number {
  const polygon = WGS84.Polygon(false);
  for (const [longitude, latitude] of ring.slice(1)) polygon.AddPoint(latitude, longitude);
  return polygon.Compute(false, signed).area ?? 0;
}

function pointDistance([longitude, latitude]: Position, [otherLongitude, otherLatitude]: Position): number {
  return WGS84.Inverse(latitude, longitude, otherLatitude, otherLongitude).s12 ?? 0;
}

/** By ternary search: along a segment the distance falls to its least value and rises again. */
function segmentDistance([start, end]: Segment, position: Position): number {
  if (start[0] === end[0] && start[1] === end[1]) return pointDistance(start, position);
  const line = WGS84.InverseLine(start[1], start[0], end[1], end[0]);
  const distanceAt = (along: number) => {
    const { lat2 = 0, lon2 = 0 } = line.Position(along);
    return pointDistance([lon2, lat2], position);
  };
  let [low, high] = [0, line.s13];
  for (let step = 0; step < SEARCH_STEPS; step++) {
    const third = (high - low) / 3;
    if (distanceAt(low + third) < distanceAt(high - third)) high -= third;
    else low += third;
  }
  return distanceAt((low + high) / 2);
}
