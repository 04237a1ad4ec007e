/** Base of this package's errors. The message is fit to be shown to the author of the function app. */
export class FunctionsHostError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
