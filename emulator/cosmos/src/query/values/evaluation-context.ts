import type { Value } from './value.ts';

/** The outside inputs of a query's evaluation, the same during the whole of it. */
export interface EvaluationContext extends VectorPolicy {
  /** The query's time, in milliseconds since the Unix epoch. */
  readonly now: number;
  /** Counts steps of work, of about 10 ns each; throws when a query has done too many. Absent: they are not counted. */
  charge?(steps: number): void;
  /** Calls a user-defined function of the container. Absent: there are none. */
  callUserFunction?(name: string, args: readonly Value[]): Value;
  /** A number in [0, 1), for RAND(). */
  random(): number;
  /** The type in the container's `geospatialConfig`; `Geography`, the service's default, when it has none. */
  readonly geospatialType?: GeospatialType;
}

/** The vector policy of a container. */
export interface VectorPolicy {
  /** The distance function of vectors at a path (`/a/b`); undefined where the policy names none, which means the cosine. */
  readonly distanceOf?: (path: string) => DistanceFunction | undefined;
}

/** Degrees on the Earth, or coordinates of a plane. */
export type GeospatialType = 'Geography' | 'Geometry';

export const DISTANCE_FUNCTIONS = ['cosine', 'dotproduct', 'euclidean'] as const;

/** How two vectors are compared. Source: "VectorDistance", Cosmos DB query reference. */
export type DistanceFunction = (typeof DISTANCE_FUNCTIONS)[number];
