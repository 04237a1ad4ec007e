import { sharedCore } from './in-process/shared-core.ts';

/** `@azure/functions-core` for module loaders that must be told where it is, as Jest's: see jest.ts. */
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
