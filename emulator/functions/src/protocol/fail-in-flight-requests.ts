/**
 * Where the worker leaves a function that answers every open request with 500, for the supervisor to call through the
 * inspector when an endless loop in user code keeps this process from doing anything else.
 */
const ABANDON_KEY = 'lazurite.abandon-requests';

/** What to evaluate in the worker; yields JSON, the list of what was running. */
export const ABANDON_EXPRESSION = `JSON.stringify(globalThis[Symbol.for(${JSON.stringify(ABANDON_KEY)})]?.() ?? [])`;

/** @param abandon returns the invocations that were running, for a person */
export function offerAbandon(abandon: () => readonly string[]): void {
  Object.defineProperty(globalThis, Symbol.for(ABANDON_KEY), { value: abandon, configurable: true });
}

/** Does what was offered, if anything: for a process that ends while it still owes answers. */
export function abandonRequests(): void {
  const abandon: unknown = Reflect.get(globalThis, Symbol.for(ABANDON_KEY));
  if (typeof abandon === 'function') abandon();
}
