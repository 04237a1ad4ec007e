export { StorageError } from './errors.ts';
export { type Storage, type StorageOptions, startStorage } from './storage.ts';
export { openStorage, type StorageOnDemand } from './storage-on-demand.ts';
