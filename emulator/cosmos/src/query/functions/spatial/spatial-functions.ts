import type { EvaluationContext } from '../../values/evaluation-context.ts';
import { finite, type Value } from '../../values/value.ts';
import { GEOSPATIAL, type Geospatial } from '../geospatial.ts';
import { defineFunctions } from '../scalar-function.ts';
import type { Geometry } from './geometry.ts';

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
