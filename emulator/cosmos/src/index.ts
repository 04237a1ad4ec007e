import '@lazurite/runtime/require-node';

export type { ChangeListener, ContainerChange } from './account/account.ts';
export { WELL_KNOWN_KEY } from './auth/authorizer.ts';
export type { DataRole, EntraOptions } from './auth/entra-tokens.ts';
export { type CosmosOptions, type CosmosServer, type MemoryControl, startCosmos } from './server/start-cosmos.ts';
export { StoreError } from './store/errors.ts';
export type { Checkpoint, MemoryStore, StoreImage } from './store/memory/memory-store.ts';
export { type DataDirectory, exportDatabase, importDatabase } from './transfer/data-directory.ts';
export { TransferError } from './transfer/errors.ts';
export type { ImportOptions } from './transfer/import-database.ts';
export type { OnProgress, TransferProgress } from './transfer/progress.ts';
