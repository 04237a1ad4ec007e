import { CosmosError } from '../model/errors.ts';

/** Runs `act` and returns the CosmosError it throws; any other outcome fails the test. */
export function cosmosErrorOf(act: () => unknown): CosmosError {
  try {
    act();
  } catch (error) {
    if (error instanceof CosmosError) return error;
    throw error;
  }
  throw new Error('Expected a CosmosError, but nothing was thrown');
}

/** Asserts, for fuzzing, that `act` returns or throws a CosmosError with a 4xx status. */
export function expectValueOrClientError(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof CosmosError)) throw error;
    if (error.status < 400 || error.status > 499) throw error;
  }
}
