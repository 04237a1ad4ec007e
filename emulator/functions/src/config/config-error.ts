import { FunctionsHostError } from '../errors.ts';

/** A configuration file or setting that cannot be used; the message names the place and says what was expected. */
export class ConfigError extends FunctionsHostError {
  constructor(message: string, options?: ErrorOptions) {
    super('InvalidConfig', message, options);
  }
}
