/** What one part of the attack has found. */
export interface Findings {
  readonly lines: readonly string[];
  /** What must not be; empty when all bars are met. */
  readonly faults: readonly string[];
}
