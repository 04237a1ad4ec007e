/** The reason why the store cannot be used. Its message can be shown to the user as it is. */
export class StoreError extends Error {
  readonly code:
    | 'DataDirectoryInUse'
    | 'StoreDamaged'
    | 'StoreForeign'
    | 'StoreMoved'
    | 'StoreTooNew'
    | 'StoreUnavailable';

  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
