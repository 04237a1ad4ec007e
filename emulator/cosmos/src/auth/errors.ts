import { CosmosError } from '../model/errors.ts';

/** The service's own error for a credential that it does not accept, with the reason behind it. */
export function unauthorized(reason: string, options?: ErrorOptions): CosmosError {
  return new CosmosError(
    'Unauthorized',
    `The input authorization token can't serve the request. Please check that the expected payload is built as per the protocol, and check the key being used. ${reason}`,
    options,
  );
}
