import geodesic from 'geographiclib-geodesic';
import type { Geometry, Position, Ring } from './geometry.ts';
import { arcBetween, lengthOfArc, pointOfArc, toEllipsoid } from './great-ellipse.ts';
import { segmentsOf } from './surface.ts';

/** How a kind of coordinates measures: metres on the WGS-84 ellipsoid, along great ellipses, or the unit of a plane. */
export interface Measure {
  /** Negative for a ring that goes round clockwise. */
  ringArea(ring: Ring): number;
  distance(left: Position, right: Position): number;
  segmentDistance(segment: Segment, position: Position): number;
  /** The area of the whole surface where a clockwise outer ring bounds what is outside it; 0 where such a ring bounds its inside. */
  readonly wholeArea: number;
  /** A fast approximation of {@link segmentDistance}, to find the nearest candidates. */
  estimate(segment: Segment, position: Position): number;
}

export type Segment = readonly [Position, Position];

const { WGS84 } = geodesic.Geodesic;

/** Steps of the ternary search for the nearest point of a segment. */
const SEARCH_STEPS = 60;

/** In square metres. */
const EARTH_AREA = 510_065_621_724_088;

export const ellipsoid: Measure = {
  ringArea(ring) {
    const polygon = WGS84.Polygon(false);
    for (const [longitude, latitude] of ring.slice(1)) polygon.AddPoint(latitude, longitude);
    return polygon.Compute(false, true).area ?? 0;
  },
  distance: (left, right) => lengthOfArc(arcBetween(toEllipsoid(left), toEllipsoid(right))),
  segmentDistance([start, end], position) {
    const line = arcBetween(toEllipsoid(start), toEllipsoid(end));
    const point = toEllipsoid(position);
    const distanceAt = (angle: number) => lengthOfArc(arcBetween(pointOfArc(line, angle), point));
    // By ternary search: along a segment the distance falls to its least value and rises again.
    let [low, high] = [0, line.angle];
    for (let step = 0; step < SEARCH_STEPS; step++) {
      const third = (high - low) / 3;
      if (distanceAt(low + third) < distanceAt(high - third)) high -= third;
      else low += third;
    }
    return distanceAt((low + high) / 2);
  },
  wholeArea: EARTH_AREA,
  estimate: (segment, position) => planarDistance(segment, position, Math.cos((position[1] * Math.PI) / 180)),
};

export const coordinates: Measure = {
  ringArea: (ring) => segmentsOf(ring).reduce((area, [[ax, ay], [bx, by]]) => area + (ax * by - bx * ay) / 2, 0),
  distance: ([ax, ay], [bx, by]) => Math.hypot(bx - ax, by - ay),
  segmentDistance: (segment, position) => planarDistance(segment, position, 1),
  wholeArea: 0,
  estimate: (segment, position) => planarDistance(segment, position, 1),
};

/** The area of the geometry's polygons, less their holes. */
export function areaOf({ polygons }: Geometry, measure: Measure): number {
  return polygons.reduce((total, [outer = [], ...holes]) => {
    const area = measure.ringArea(outer);
    const bounded = area < 0 && measure.wholeArea > 0 ? measure.wholeArea + area : Math.abs(area);
    return total + bounded - holes.reduce((sum, hole) => sum + Math.abs(measure.ringArea(hole)), 0);
  }, 0);
}

/** A position of one geometry and a segment, or a point as a segment without length, of the other. */
interface Candidate {
  readonly position: Position;
  readonly segment: Segment;
  readonly estimate: number;
}

/** How many candidates are measured, beyond the estimate. */
const MEASURED_CANDIDATES = 8;

/** The shortest distance between geometries that have no point in common. */
export function distanceBetween(left: Geometry, right: Geometry, measure: Measure): number {
  const nearest: Candidate[] = [];
  for (const [from, to] of [
    [left, right],
    [right, left],
  ] as const) {
    const segments = segmentsIn(to);
    for (const position of positionsIn(from)) {
      for (const segment of segments) {
        keepNearest(nearest, { position, segment, estimate: measure.estimate(segment, position) });
      }
    }
  }
  return Math.min(...nearest.map((candidate) => measured(candidate, measure)));
}

function measured({ segment: [start, end], position }: Candidate, measure: Measure): number {
  const isPoint = start[0] === end[0] && start[1] === end[1];
  return isPoint ? measure.distance(start, position) : measure.segmentDistance([start, end], position);
}

export function positionsIn({ points, lines, polygons }: Geometry): readonly Position[] {
  return [...points, ...lines.flat(), ...polygons.flat(2)];
}

function segmentsIn({ points, lines, polygons }: Geometry): readonly Segment[] {
  return [...points.map((point): Segment => [point, point]), ...[...lines, ...polygons.flat()].flatMap(segmentsOf)];
}

/** Keeps the list sorted and short. */
function keepNearest(nearest: Candidate[], candidate: Candidate): void {
  const worst = nearest.at(-1);
  if (nearest.length === MEASURED_CANDIDATES && worst !== undefined && worst.estimate <= candidate.estimate) return;
  nearest.push(candidate);
  nearest.sort((left, right) => left.estimate - right.estimate);
  nearest.length = Math.min(nearest.length, MEASURED_CANDIDATES);
}

/** @param shrink how much shorter a degree of longitude is than one of latitude */
function planarDistance([[ax, ay], [bx, by]]: Segment, [x, y]: Position, shrink: number): number {
  const [dx, dy] = [(bx - ax) * shrink, by - ay];
  const [px, py] = [(x - ax) * shrink, y - ay];
  const along = Math.min(Math.max((px * dx + py * dy) / (dx * dx + dy * dy || 1), 0), 1);
  return Math.hypot(px - along * dx, py - along * dy);
}
