/**
 * Where the worker leaves a function that answers every open request with 500. The supervisor calls it through the
 * inspector when the event loop of the worker hangs; the worker calls it before it exits.
 */
const KEY = 'lazurite.fail-in-flight-requests';

/** What to evaluate in the worker; yields JSON, the list of what was running. */
export const FAIL_IN_FLIGHT_EXPRESSION = `JSON.stringify(globalThis[Symbol.for(${JSON.stringify(KEY)})]?.() ?? [])`;

/** @param fail returns the invocations that were running, for a person */
export function offerToFailInFlightRequests(fail: () => readonly string[]): void {
  Object.defineProperty(globalThis, Symbol.for(KEY), { value: fail, configurable: true });
}

/** Responds to the open requests of this process, if it has any, before it ends. */
export function failInFlightRequests(): void {
  const fail: unknown = Reflect.get(globalThis, Symbol.for(KEY));
  if (typeof fail === 'function') fail();
}
