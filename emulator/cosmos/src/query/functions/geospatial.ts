import type { GeospatialType } from '../values/evaluation-context.ts';
import type { Value } from '../values/value.ts';
import { type Geometry, type Position, type Ring, readGeometry } from './spatial/geometry.ts';
import { areaOf, coordinates, distanceBetween, ellipsoid, type Measure } from './spatial/spatial-measure.ts';
import { intersects, within } from './spatial/spatial-relations.ts';
import { crosses, plane, type Surface, segmentsOf, sphere } from './spatial/surface.ts';

/** The spatial functions on one kind of coordinates. */
export interface Geospatial {
  /** A geometry, or the reason why the value is no valid one. */
  read(value: Value): Geometry | string;
  area(geometry: Geometry): number;
  /** The shortest distance; 0 for geometries that meet. */
  distance(left: Geometry, right: Geometry): number;
  intersects(left: Geometry, right: Geometry): boolean;
  within(left: Geometry, right: Geometry): boolean;
}

/** By the type in the container's `geospatialConfig`. Source: "Geospatial and GeoJSON location data", Cosmos DB. */
export const GEOSPATIAL: Readonly<Record<GeospatialType, Geospatial>> = {
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
  const segments = segmentsOf(ring.map(surface.place));
  return segments.some((segment, index) => segments.slice(index + 1).some((other) => crosses(surface, segment, other)));
}
