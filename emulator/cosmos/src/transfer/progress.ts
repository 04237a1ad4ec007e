/** How far an export or import is. */
export interface TransferProgress {
  readonly containers: number;
  readonly items: number;
}

export type OnProgress = (progress: TransferProgress) => void;
