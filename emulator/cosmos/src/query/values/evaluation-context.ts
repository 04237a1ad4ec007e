/** What the evaluation of one query takes from outside, fixed for the whole of it. */
export interface EvaluationContext {
  /** The query's time, in milliseconds since the Unix epoch. */
  readonly now: number;
  /** A number in [0, 1), for RAND(). */
  random(): number;
  /** The distance function of the container's vector policy; `cosine`, the service's default, when it names none. */
  readonly distanceFunction?: DistanceFunction;
  /** The type in the container's `geospatialConfig`; `Geography`, the service's default, when it has none. */
  readonly geospatialType?: GeospatialType;
}

/** Degrees on the Earth, or coordinates of a plane. */
export type GeospatialType = 'Geography' | 'Geometry';

export const DISTANCE_FUNCTIONS = ['cosine', 'dotproduct', 'euclidean'] as const;

/** How two vectors are compared. Source: "VectorDistance", Cosmos DB query reference. */
export type DistanceFunction = (typeof DISTANCE_FUNCTIONS)[number];
