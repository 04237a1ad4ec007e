import type { EvaluationContext, GeospatialType } from '../../values/evaluation-context.ts';
import { finite, type Value } from '../../values/value.ts';
import { defineFunctions } from '../scalar-function.ts';
import { type Geometry, type Position, type Ring, readGeometry } from './geometry.ts';
import { areaOf, coordinates, distanceBetween, ellipsoid, type Measure } from './spatial-measure.ts';
import { intersects, within } from './spatial-relations.ts';
import { crosses, plane, type Surface, segmentsOf, sphere } from './surface.ts';

/** Source: "Spatial functions", Cosmos DB query reference. What is no valid GeoJSON gives undefined. */
export const spatialFunctions = defineFunctions('Spatial', {
  ST_AREA: {
    signature: 'ST_AREA(geometry)',
    summary: 'The area of a Polygon or MultiPolygon, in square metres on WGS-84; 0 for other geometries',
    args: 1,
    evaluate([value], context) {
      const geometry = geospatial(context).read(value);
      return typeof geometry === 'string' ? undefined : finite(geospatial(context).area(geometry));
    },
  },
  ST_DISTANCE: {
    signature: 'ST_DISTANCE(geometry, geometry)',
    summary: 'The shortest distance, in metres on WGS-84',
    args: 2,
    evaluate: (args, context) =>
      ofGeometries(args, geospatial(context), (left, right) => finite(geospatial(context).distance(left, right))),
  },
  ST_INTERSECTS: {
    signature: 'ST_INTERSECTS(geometry, geometry)',
    summary: 'Whether the geometries have a point in common',
    args: 2,
    evaluate: (args, context) => ofGeometries(args, geospatial(context), geospatial(context).intersects),
  },
  ST_ISVALID: {
    signature: 'ST_ISVALID(geometry)',
    summary: 'Whether the value is a valid GeoJSON geometry',
    args: 1,
    evaluate: ([value], context) =>
      value === undefined ? undefined : typeof geospatial(context).read(value) !== 'string',
  },
  ST_ISVALIDDETAILED: {
    signature: 'ST_ISVALIDDETAILED(geometry)',
    summary: 'Whether the value is a valid GeoJSON geometry, and why not',
    args: 1,
    evaluate([value], context) {
      if (value === undefined) return undefined;
      const geometry = geospatial(context).read(value);
      return typeof geometry === 'string' ? { valid: false, reason: geometry } : { valid: true };
    },
  },
  ST_WITHIN: {
    signature: 'ST_WITHIN(geometry, geometry)',
    summary: 'Whether the first geometry lies within the second',
    args: 2,
    evaluate: (args, context) => ofGeometries(args, geospatial(context), geospatial(context).within),
  },
});

function geospatial(context: EvaluationContext): Geospatial {
  return GEOSPATIAL[context.geospatialType ?? 'Geography'];
}

function ofGeometries(
  [left, right]: readonly Value[],
  { read }: Geospatial,
  relate: (left: Geometry, right: Geometry) => Value,
): Value {
  const [first, second] = [read(left), read(right)];
  return typeof first === 'string' || typeof second === 'string' ? undefined : relate(first, second);
}

/** The spatial functions on one kind of coordinates. */
interface Geospatial {
  /** A geometry, or the reason why the value is no valid one. */
  read(value: Value): Geometry | string;
  area(geometry: Geometry): number;
  /** The shortest distance; 0 for geometries that meet. */
  distance(left: Geometry, right: Geometry): number;
  intersects(left: Geometry, right: Geometry): boolean;
  within(left: Geometry, right: Geometry): boolean;
}

/** By the type in the container's `geospatialConfig`. Source: "Geospatial and GeoJSON location data", Cosmos DB. */
const GEOSPATIAL: Readonly<Record<GeospatialType, Geospatial>> = {
  Geography: on(sphere, ellipsoid, whyNotOnEarth),
  Geometry: on(plane, coordinates, () => undefined),
};

function on<P>(
  surface: Surface<P>,
  measure: Measure,
  whyNowhere: (position: Position) => string | undefined,
): Geospatial {
  return {
    read(value) {
      const geometry = readGeometry(value);
      return typeof geometry === 'string' ? geometry : (whyMisplaced(geometry, surface, whyNowhere) ?? geometry);
    },
    area: (geometry) => areaOf(geometry, measure),
    distance: (left, right) => (intersects(left, right, surface) ? 0 : distanceBetween(left, right, measure)),
    intersects: (left, right) => intersects(left, right, surface),
    within: (left, right) => within(left, right, surface),
  };
}

function whyMisplaced<P>(
  { points, lines, polygons }: Geometry,
  surface: Surface<P>,
  whyNowhere: (position: Position) => string | undefined,
): string | undefined {
  const positions = [...points, ...lines.flat(), ...polygons.flat(2)];
  const reason = positions.map(whyNowhere).find((found) => found !== undefined);
  if (reason !== undefined) return reason;
  return polygons.flat().some((ring) => crossesItself(ring, surface))
    ? 'A polygon ring must not intersect itself.'
    : undefined;
}

function whyNotOnEarth([longitude, latitude]: Position): string | undefined {
  if (Math.abs(longitude) > 180) return 'Longitude values must be between -180 and 180 degrees.';
  return Math.abs(latitude) > 90 ? 'Latitude values must be between -90 and 90 degrees.' : undefined;
}

function crossesItself<P>(ring: Ring, surface: Surface<P>): boolean {
  const segments = segmentsOf(ring.map(surface.project));
  return segments.some((segment, index) => segments.slice(index + 1).some((other) => crosses(surface, segment, other)));
}
