import { finite, type Value } from '../values/value.ts';
import { areaOf, distanceBetween } from './geodesic.ts';
import { parseGeometry, whyInvalid } from './geometry.ts';
import { type Geometry, intersects, within } from './planar-geometry.ts';
import { defineFunctions } from './scalar-function.ts';

/** Source: "Spatial functions", Cosmos DB query reference. What is no valid GeoJSON gives undefined. */
export const spatialFunctions = defineFunctions('Spatial', {
  ST_AREA: {
    signature: 'ST_AREA(geometry)',
    summary: 'The area in square metres of a Polygon or MultiPolygon on WGS-84; 0 for other geometries',
    args: 1,
    evaluate([geometry]) {
      const parsed = parseGeometry(geometry);
      return parsed && finite(areaOf(parsed));
    },
  },
  ST_DISTANCE: {
    signature: 'ST_DISTANCE(geometry, geometry)',
    summary: 'The shortest distance in metres on WGS-84',
    args: 2,
    evaluate: (args) => ofGeometries(args, (left, right) => finite(distanceBetween(left, right))),
  },
  ST_INTERSECTS: {
    signature: 'ST_INTERSECTS(geometry, geometry)',
    summary: 'Whether the geometries have a point in common',
    args: 2,
    evaluate: (args) => ofGeometries(args, intersects),
  },
  ST_ISVALID: {
    signature: 'ST_ISVALID(geometry)',
    summary: 'Whether the value is a valid GeoJSON geometry',
    args: 1,
    evaluate: ([geometry]) => (geometry === undefined ? undefined : whyInvalid(geometry) === undefined),
  },
  ST_ISVALIDDETAILED: {
    signature: 'ST_ISVALIDDETAILED(geometry)',
    summary: 'Whether the value is a valid GeoJSON geometry, and why not',
    args: 1,
    evaluate([geometry]) {
      if (geometry === undefined) return undefined;
      const reason = whyInvalid(geometry);
      return reason === undefined ? { valid: true } : { valid: false, reason };
    },
  },
  ST_WITHIN: {
    signature: 'ST_WITHIN(geometry, geometry)',
    summary: 'Whether the first geometry lies within the second',
    args: 2,
    evaluate: (args) => ofGeometries(args, within),
  },
});

function ofGeometries([left, right]: readonly Value[], relate: (left: Geometry, right: Geometry) => Value): Value {
  const [first, second] = [parseGeometry(left), parseGeometry(right)];
  return first && second ? relate(first, second) : undefined;
}
