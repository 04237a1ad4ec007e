/** Why the store cannot serve: the message is fit to be shown to a person as it is. */
export class StoreError extends Error {
  readonly code: 'DataDirectoryInUse' | 'StoreDamaged' | 'StoreForeign' | 'StoreTooNew' | 'StoreUnavailable';

  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
