import type { EvaluationContext, GeospatialType } from '../../values/evaluation-context.ts';
import { finite, type Value } from '../../values/value.ts';
import { defineFunctions } from '../scalar-function.ts';
import { type Geometry, type Position, readGeometry } from './geometry.ts';
import { crossesItself } from './ring-crossing.ts';
import { areaOf, coordinates, distanceBetween, ellipsoid, type Measure, positionsIn } from './spatial-measure.ts';
import { intersects, within } from './spatial-relations.ts';
import { plane, type Surface, sphere } from './surface.ts';

/** Source: "Spatial functions", Cosmos DB query reference. What is no valid GeoJSON gives undefined. */
export const spatialFunctions = defineFunctions('Spatial', {
  ST_AREA: {
    signature: 'ST_AREA(geometry)',
    summary: 'The area of a Polygon or MultiPolygon, in square metres on WGS-84; 0 for other geometries',
    args: 1,
    evaluate([value], context) {
      const geometry = geospatial(context).read(value, chargeOf(context));
      return typeof geometry === 'string' ? undefined : finite(geospatial(context).area(geometry));
    },
  },
  ST_DISTANCE: {
    signature: 'ST_DISTANCE(geometry, geometry)',
    summary: 'The shortest distance, in metres on WGS-84',
    args: 2,
    evaluate: (args, context) =>
      ofGeometries(args, context, (left, right) => finite(geospatial(context).distance(left, right))),
  },
  ST_INTERSECTS: {
    signature: 'ST_INTERSECTS(geometry, geometry)',
    summary: 'Whether the geometries have a point in common',
    args: 2,
    evaluate: (args, context) => ofGeometries(args, context, geospatial(context).intersects),
  },
  ST_ISVALID: {
    signature: 'ST_ISVALID(geometry)',
    summary: 'Whether the value is a valid GeoJSON geometry',
    args: 1,
    evaluate: ([value], context) =>
      value === undefined ? undefined : typeof geospatial(context).read(value, chargeOf(context)) !== 'string',
  },
  ST_ISVALIDDETAILED: {
    signature: 'ST_ISVALIDDETAILED(geometry)',
    summary: 'Whether the value is a valid GeoJSON geometry, and why not',
    args: 1,
    evaluate([value], context) {
      if (value === undefined) return undefined;
      const geometry = geospatial(context).read(value, chargeOf(context));
      return typeof geometry === 'string' ? { valid: false, reason: geometry } : { valid: true };
    },
  },
  ST_WITHIN: {
    signature: 'ST_WITHIN(geometry, geometry)',
    summary: 'Whether the first geometry lies within the second',
    args: 2,
    evaluate: (args, context) => ofGeometries(args, context, geospatial(context).within),
  },
});

function geospatial(context: EvaluationContext): Geospatial {
  return GEOSPATIAL[context.geospatialType ?? 'Geography'];
}

function ofGeometries(
  [left, right]: readonly Value[],
  context: EvaluationContext,
  relate: (left: Geometry, right: Geometry) => Value,
): Value {
  const { read } = geospatial(context);
  const charge = chargeOf(context);
  const [first, second] = [read(left, charge), read(right, charge)];
  if (typeof first === 'string' || typeof second === 'string') return undefined;
  charge(relationSteps(first, second));
  return relate(first, second);
}

type ChargeSteps = NonNullable<EvaluationContext['charge']>;

/** The spatial functions on one kind of coordinates. */
interface Geospatial {
  /** A geometry, or the reason why the value is no valid one. */
  read(value: Value, charge: ChargeSteps): Geometry | string;
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
    read(value, charge) {
      const geometry = readGeometry(value);
      return typeof geometry === 'string'
        ? geometry
        : (whyMisplaced(geometry, { surface, whyNowhere, charge }) ?? geometry);
    },
    area: (geometry) => areaOf(geometry, measure),
    distance: (left, right) => (intersects(left, right, surface) ? 0 : distanceBetween(left, right, measure)),
    intersects: (left, right) => intersects(left, right, surface),
    within: (left, right) => within(left, right, surface),
  };
}

/** Where the positions of a geometry may be. */
interface Placing<P> {
  readonly surface: Surface<P>;
  whyNowhere(position: Position): string | undefined;
  readonly charge: ChargeSteps;
}

function whyMisplaced<P>(geometry: Geometry, { surface, whyNowhere, charge }: Placing<P>): string | undefined {
  const reason = positionsIn(geometry)
    .map(whyNowhere)
    .find((found) => found !== undefined);
  if (reason !== undefined) return reason;
  return geometry.polygons.flat().some((ring) => crossesItself(ring, surface, charge))
    ? 'A polygon ring must not intersect itself.'
    : undefined;
}

function whyNotOnEarth([longitude, latitude]: Position): string | undefined {
  if (Math.abs(longitude) > 180) return 'Longitude values must be between -180 and 180 degrees.';
  return Math.abs(latitude) > 90 ? 'Latitude values must be between -90 and 90 degrees.' : undefined;
}

/** To compare a position with a segment, in each way that a relation asks for. */
const STEPS_PER_POSITION = 24;

/** A relation compares every position of one geometry with every segment of the other. */
function relationSteps(left: Geometry, right: Geometry): number {
  return positionsIn(left).length * positionsIn(right).length * STEPS_PER_POSITION;
}

function chargeOf({ charge }: EvaluationContext): ChargeSteps {
  return charge ?? (() => undefined);
}
