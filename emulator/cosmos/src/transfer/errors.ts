/** Why a database was not exported or imported: the message is fit to be shown to a person as it is. */
export class TransferError extends Error {
  readonly code: 'BadLine' | 'DataMissing' | 'DatabaseMissing' | 'DatabaseExists';

  constructor(code: TransferError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransferError';
    this.code = code;
  }
}
