export { connectionStringFor, type ServiceOrigins } from './connection-string.ts';
export { StorageError } from './errors.ts';
export { isAzuriteInstalled } from './find-azurite.ts';
export { findForeignAzurite, foreignStorage } from './foreign-storage.ts';
export { type Extent, type MemoryStorage, openMemoryStorage, type StorageImage } from './memory-storage.ts';
export { type Storage, type StorageOptions, startStorage } from './storage.ts';
export type { StorageChange } from './storage-change.ts';
export { openStorage, type StorageOnDemand } from './storage-on-demand.ts';
