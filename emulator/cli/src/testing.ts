import '@lazurite/runtime/require-node';

// What tests use of all parts: one import, whose names stay.
export { type CosmosOptions, type CosmosServer, startCosmos, WELL_KNOWN_KEY } from '@lazurite/cosmos';
export {
  type FunctionInfo,
  type FunctionsHost,
  type FunctionsHostOptions,
  type HostEvent,
  type InvocationLogLine,
  type InvokeOutcome,
  type OpenFunctionApp,
  type OpenFunctionAppOptions,
  openFunctionApp,
  startFunctionsHost,
} from '@lazurite/functions';
export { type Issuer, type IssuerOptions, startIssuer, type TokenOptions } from '@lazurite/identity';
export {
  type Clock,
  type Closeable,
  type Log,
  type Randomness,
  seededRandomness,
  silentLog,
  systemClock,
  systemRandomness,
  VirtualClock,
} from '@lazurite/runtime';
export { type Stack, type StackOptions, startStack } from './stack.ts';
export { openWorld } from './world/open-world.ts';
export { type RunnerHooks, type UseWorldOptions, useWorld } from './world/use-world.ts';
export type {
  Caller,
  Fault,
  Faults,
  Run,
  Snapshot,
  TimeReport,
  World,
  WorldBlobs,
  WorldCosmos,
  WorldLog,
  WorldOptions,
  WorldQueue,
} from './world/world.ts';
export { WorldError } from './world/world-error.ts';
export { worldMatchers } from './world/world-matchers.ts';
