import type { JsonValue } from '../../model/json.ts';
import { isArray, isObject, type Value } from '../values/value.ts';
import { crosses, type Geometry, type Polygon, type Position, segmentsOf } from './planar-geometry.ts';

/** In positions. Our own bound: validity and every relation cost the square of it. */
const MAX_POSITIONS = 2_000;

/** Undefined when the value is not valid GeoJSON: see {@link whyInvalid}. */
export function parseGeometry(value: Value): Geometry | undefined {
  const parsed = read(value);
  return typeof parsed === 'string' ? undefined : parsed;
}

/** Why the value is no valid GeoJSON geometry; undefined when it is one. */
export function whyInvalid(value: Value): string | undefined {
  const parsed = read(value);
  return typeof parsed === 'string' ? parsed : undefined;
}

/** A geometry, or the reason why there is none. */
function read(value: Value): Geometry | string {
  if (!isObject(value)) return 'The value is not a GeoJSON object.';
  const { type, coordinates } = value;
  if (!isArray(coordinates)) return 'The GeoJSON object has no coordinates array.';
  if (coordinates.flat(3).length > 2 * MAX_POSITIONS) return `The geometry has more than ${MAX_POSITIONS} positions.`;
  switch (type) {
    case 'Point':
      return fromPoints([coordinates]);
    case 'MultiPoint':
      return fromPoints(coordinates);
    case 'LineString':
      return fromLine(coordinates);
    case 'Polygon':
      return fromPolygons([coordinates]);
    case 'MultiPolygon':
      return fromPolygons(coordinates);
    default:
      return 'The type is not Point, MultiPoint, LineString, Polygon or MultiPolygon.';
  }
}

function fromPoints(coordinates: readonly JsonValue[]): Geometry | string {
  return whyNoPositions(coordinates) ?? { points: toPositions(coordinates), lines: [], polygons: [] };
}

function fromLine(coordinates: readonly JsonValue[]): Geometry | string {
  if (coordinates.length < 2) return 'A LineString must have at least two positions.';
  return whyNoPositions(coordinates) ?? { points: [], lines: [toPositions(coordinates)], polygons: [] };
}

function fromPolygons(coordinates: readonly JsonValue[]): Geometry | string {
  const polygons: Polygon[] = [];
  for (const polygon of coordinates) {
    if (!isArray(polygon) || polygon.length === 0) return 'A Polygon must have at least one ring.';
    const reason = polygon.map(whyNoRing).find((found) => found !== undefined);
    if (reason !== undefined) return reason;
    polygons.push(polygon.map((ring) => toPositions(isArray(ring) ? ring : [])));
  }
  return { points: [], lines: [], polygons };
}

function whyNoRing(ring: JsonValue): string | undefined {
  if (!isArray(ring) || ring.length < 4) return 'A polygon ring must have at least four positions.';
  const reason = whyNoPositions(ring);
  if (reason !== undefined) return reason;
  const positions = toPositions(ring);
  const [first, last] = [positions[0], positions.at(-1)];
  if (first?.[0] !== last?.[0] || first?.[1] !== last?.[1])
    return 'A polygon ring must start and end at the same position.';
  return crossesItself(positions) ? 'A polygon ring must not intersect itself.' : undefined;
}

function whyNoPositions(coordinates: readonly JsonValue[]): string | undefined {
  return coordinates.map(whyNoPosition).find((found) => found !== undefined);
}

function whyNoPosition(position: JsonValue): string | undefined {
  if (!isArray(position) || position.length < 2 || !position.every(Number.isFinite)) {
    return 'A position must be an array of at least two numbers.';
  }
  if (Math.abs(Number(position[0])) > 180) return 'Longitude values must be between -180 and 180 degrees.';
  if (Math.abs(Number(position[1])) > 90) return 'Latitude values must be between -90 and 90 degrees.';
  return undefined;
}

/** Only for coordinates that {@link whyNoPositions} found nothing wrong with. An altitude is left out. */
function toPositions(coordinates: readonly JsonValue[]): readonly Position[] {
  return coordinates.map((position) => (isArray(position) ? [Number(position[0]), Number(position[1])] : [0, 0]));
}

function crossesItself(ring: readonly Position[]): boolean {
  const segments = segmentsOf(ring);
  return segments.some((segment, index) => segments.slice(index + 1).some((other) => crosses(segment, other)));
}
