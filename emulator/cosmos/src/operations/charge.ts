import type { StoredItem } from '../store/store.ts';

/** Request units of a point read of up to 1 KB; doubles with each doubling of the size. Source: "Request Units in Azure Cosmos DB". */
const READ = 1;
const KILOBYTE = 1024;
const WRITE = { create: 5.8, replace: 8.7, delete: 8.7 } as const;

export function readCharge({ body }: StoredItem): number {
  return READ * sizeFactor(body.length);
}

export function writeCharge(kind: keyof typeof WRITE, { body }: StoredItem): number {
  return WRITE[kind] * sizeFactor(body.length);
}

/** 1 up to 1 KB, then 2, 4, 8… */
function sizeFactor(bytes: number): number {
  return bytes <= KILOBYTE ? 1 : 2 ** Math.ceil(Math.log2(bytes / KILOBYTE));
}

/** Request units of operations on databases, containers and offers, as observed of the service's emulator. */
export const METADATA_CHARGE = { read: 1, write: 4.95, list: 2 } as const;
