import { sharedCore } from './in-process/shared-core.ts';

/** `@azure/functions-core` for module loaders that cannot be hooked, such as Jest's: see jest.ts. */
export const {
  version,
  hostVersion,
  Disposable,
  registerFunction,
  registerHook,
  setProgrammingModel,
  getProgrammingModel,
  log,
} = sharedCore().api;
