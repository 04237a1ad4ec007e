import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Extent, StorageImage } from '@lazurite/storage';
import { WorldError } from './world-error.ts';
import type { WorldState } from './world-services.ts';

/** Raised with every change that an older reader would misread. */
const VERSION = 1;
/** The most that a file is unpacked to, in bytes. */
const MAX_BYTES = 1024 ** 3;

/** Writes a world as compressed JSON. */
export async function writeWorld(file: string, { services, ...state }: WorldState): Promise<void> {
  const { storage } = services;
  const stored = storage && { ...storage, extents: storage.extents.map(toText) };
  const text = JSON.stringify({ lazuriteWorld: VERSION, ...state, services: { ...services, storage: stored } });
  await writeFile(file, await promisify(gzip)(text));
}

/** @throws WorldError InvalidFile */
export async function readWorld(file: string): Promise<WorldState> {
  const parsed = await parse(file);
  const version = parsed.lazuriteWorld;
  if (version !== VERSION)
    throw new WorldError(
      'InvalidFile',
      `${file} holds version ${version} of a world, and this Lazurite reads ${VERSION}`,
    );
  const { services, time, random, triggers } = parsed;
  const { storage } = services;
  return {
    time,
    random,
    triggers,
    services: { cosmos: services.cosmos, ...(storage && { storage: ofText(storage) }) },
  };
}

/** What `writeWorld` wrote. */
interface StoredWorld extends Omit<WorldState, 'services'> {
  readonly lazuriteWorld: number;
  readonly services: Omit<WorldState['services'], 'storage'> & { readonly storage?: StoredStorage };
}

type StoredStorage = Omit<StorageImage, 'extents'> & { readonly extents: readonly ReturnType<typeof toText>[] };

async function parse(file: string): Promise<StoredWorld> {
  try {
    const bytes = await promisify(gunzip)(await readFile(file), { maxOutputLength: MAX_BYTES });
    const parsed: unknown = JSON.parse(bytes.toString());
    if (typeof parsed !== 'object' || parsed === null || !('lazuriteWorld' in parsed))
      throw new TypeError('It has no version');
    return parsed as StoredWorld; // only `writeWorld` writes this version
  } catch (cause) {
    throw new WorldError('InvalidFile', `${file} is no world that was saved: ${String(cause)}`, { cause });
  }
}

function toText({ chunks, ...extent }: Extent) {
  return { ...extent, base64: Buffer.concat(chunks).toString('base64') };
}

function ofText({ extents, ...storage }: StoredStorage): StorageImage {
  return {
    ...storage,
    extents: extents.map(({ base64, ...extent }) => ({ ...extent, chunks: [Buffer.from(base64, 'base64')] })),
  };
}
