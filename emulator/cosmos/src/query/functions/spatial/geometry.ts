import type { JsonValue } from '../../../model/json.ts';
import { isArray, isObject, type Value } from '../../values/value.ts';

/** Longitude and latitude in degrees, or x and y in the plane of a container for Geometry. */
export type Position = readonly [number, number];

/** Closed: it ends where it begins. */
export type Ring = readonly Position[];

/** The first ring bounds the polygon, the others are holes. */
export type Polygon = readonly Ring[];

/** Any GeoJSON geometry, taken apart. */
export interface Geometry {
  readonly points: readonly Position[];
  readonly lines: readonly (readonly Position[])[];
  readonly polygons: readonly Polygon[];
}

/** A limit of this server: the time of validation and of every relation grows with the square of the positions. */
const MAX_POSITIONS = 2_000;

/** A geometry, or the reason why the value is none. The caller checks the range of the positions and whether rings cross. */
export function readGeometry(value: Value): Geometry | string {
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
  const isClosed = first?.[0] === last?.[0] && first?.[1] === last?.[1];
  return isClosed ? undefined : 'A polygon ring must start and end at the same position.';
}

function whyNoPositions(coordinates: readonly JsonValue[]): string | undefined {
  return coordinates.map(whyNoPosition).find((found) => found !== undefined);
}

function whyNoPosition(position: JsonValue): string | undefined {
  if (!isArray(position) || position.length < 2 || !position.every(Number.isFinite)) {
    return 'A position must be an array of at least two numbers.';
  }
  return undefined;
}

/** Only for coordinates that {@link whyNoPositions} accepts. Drops the altitude. */
function toPositions(coordinates: readonly JsonValue[]): readonly Position[] {
  return coordinates.map((position) => (isArray(position) ? [Number(position[0]), Number(position[1])] : [0, 0]));
}
