export { StorageError } from './errors.ts';
export { type Storage, type StorageOptions, startStorage } from './storage.ts';
