export { StorageError } from './errors.ts';
export { isAzuriteInstalled } from './find-azurite.ts';
export { findForeignAzurite, foreignStorage } from './foreign-storage.ts';
export { type Storage, type StorageOptions, startStorage } from './storage.ts';
export type { StorageChange } from './storage-change.ts';
export { openStorage, type StorageOnDemand } from './storage-on-demand.ts';
