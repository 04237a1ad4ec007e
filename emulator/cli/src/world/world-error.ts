/** What a test that uses a world can mend. */
export class WorldError extends Error {
  readonly code: 'Busy' | 'TooManyEvents' | 'LimitReached' | 'SnapshotGone' | 'InvalidTime' | 'Closed' | 'InvalidFile';

  constructor(code: WorldError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WorldError';
    this.code = code;
  }
}
