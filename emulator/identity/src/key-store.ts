import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@lazurite/runtime';
import { KeyFileDamagedError } from './errors.ts';

/** A private key as a JSON Web Key. */
export interface StoredKey {
  readonly kid?: string;
  readonly [member: string]: unknown;
}

/** Where signing keys outlive the process. */
export interface KeyStore {
  /** Private keys, newest first; undefined when none were ever saved. */
  load(): Promise<readonly StoredKey[] | undefined>;
  /** Replaces what was saved. Resolves once it is on disk. */
  save(keys: readonly StoredKey[]): Promise<void>;
}

export const noKeyStore: KeyStore = {
  load: async () => undefined,
  save: async () => undefined,
};

const FILE_NAME = 'signing-keys.json';
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

/** Keeps the keys in one file that only its owner can read (on Windows: whoever can read the folder). */
export function fileKeyStore(folder: string): KeyStore {
  const file = join(folder, FILE_NAME);
  return {
    load: () => loadKeys(file),
    save: async (keys) => {
      await makeFolder(folder, OWNER_ONLY_FOLDER);
      await replaceFile(file, JSON.stringify({ keys }));
    },
  };
}

async function loadKeys(file: string): Promise<readonly StoredKey[] | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // node:fs rejects with nothing else
    throw error;
  }
  return parseKeySet(text, file);
}

function parseKeySet(text: string, file: string): readonly StoredKey[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new KeyFileDamagedError(file, { cause: error });
  }
  const keys = typeof content === 'object' && content !== null && 'keys' in content ? content.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0 || !keys.every(isPrivateRsaKey)) throw new KeyFileDamagedError(file);
  return keys;
}

function isPrivateRsaKey(value: unknown): value is StoredKey {
  if (typeof value !== 'object' || value === null) return false;
  return ['kty', 'kid', 'n', 'e', 'd'].every((name) => typeof Reflect.get(value, name) === 'string');
}

/** Written beside, synced, then renamed: a crash leaves the former file or the new one, never half of one. */
async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.new`;
  const handle = await open(draft, 'w', OWNER_ONLY_FILE);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}
