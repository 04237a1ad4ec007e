/** Which items of one physical partition: all, or those between two effective partition keys. */
export interface ItemSelection {
  readonly container: number;
  readonly range: number;
  /** The lowest effective partition key, included. */
  readonly minEpk?: string;
  /** The effective partition key where it ends, not included. */
  readonly maxEpk?: string;
}
