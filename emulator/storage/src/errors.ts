/** Base of this package's errors. The message is fit to be shown to a person as it is. */
export class StorageError extends Error {
  readonly code: 'AzuriteMissing' | 'AzuriteFailed';

  constructor(code: StorageError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
