import { createHash, timingSafeEqual } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Randomness, writeDurably } from '@lazurite/runtime';
import { ConfigError, errnoOf } from '../../errors.ts';

/** What the keys are for: all functions (`host`), extensions (`system`), or one function. */
export type KeyScope = 'host' | 'system' | { readonly functionName: string };

export interface FunctionKey {
  readonly name: string;
  readonly value: string;
}

/** The access that a key gives: `admin` to everything, `function` to functions of that level, `system` to webhooks of extensions. */
export type KeyLevel = 'admin' | 'function' | 'system';

export interface KeyStore {
  readonly masterKey: string;
  /** In the order of creation. A function without keys gets its `default` key first. */
  list(scope: KeyScope): Promise<readonly FunctionKey[]>;
  /** Resolves once the key is on disk. @param value absent: a random one */
  set(scope: KeyScope, name: string, value?: string): Promise<{ readonly key: FunctionKey; readonly created: boolean }>;
  /** False when there is no such key. */
  remove(scope: KeyScope, name: string): Promise<boolean>;
  /** Whether `presented` is the system key of that name. */
  isSystemKey(name: string, presented: string): boolean;
  /** The access that `presented` gives; undefined: none. Takes the same time whichever key it resembles. */
  levelOf(presented: string, functionName: string | undefined): KeyLevel | undefined;
}

type Keys = Map<string, string>;

const HOST_FILE = 'host';
const MASTER = 'master';
const DEFAULT = 'default';
/** As long as the keys of Azure. */
const KEY_BYTES = 40;

/** Opens the store at the first call, so that keys are created only when they are used. */
export function openKeyStoreOnDemand(dataDir: string, random: Randomness): () => Promise<KeyStore> {
  let opening: Promise<KeyStore> | undefined;
  return () => (opening ??= openKeyStore(dataDir, random));
}

/**
 * Keys in files of `<dataDir>/secrets` that only their owner can read: `host.json`, and one for each function.
 *
 * @throws ConfigError for a file that holds no keys
 */
export async function openKeyStore(dataDir: string, random: Randomness): Promise<KeyStore> {
  const folder = join(dataDir, 'secrets');
  const files = await readFiles(folder);
  const newKey = () => Buffer.from(random.bytes(KEY_BYTES)).toString('base64url');

  function section(scope: KeyScope): { readonly file: string; readonly keys: Keys } {
    const file = typeof scope === 'string' ? HOST_FILE : scope.functionName.toLowerCase();
    const sections = getOrAdd(files, file, () => new Map<string, Keys>());
    const keys = getOrAdd(sections, typeof scope === 'string' ? scope : 'function', () => new Map<string, string>());
    return { file, keys };
  }

  async function save(file: string): Promise<void> {
    const sections = [...(files.get(file) ?? [])].map(([name, keys]) => [name, Object.fromEntries(keys)]);
    await writeDurably(join(folder, `${file}.json`), JSON.stringify(Object.fromEntries(sections)));
  }

  async function set(scope: KeyScope, name: string, value = newKey()) {
    const { file, keys } = section(scope);
    const created = !keys.has(name);
    keys.set(name, value);
    await save(file);
    return { key: { name, value }, created };
  }

  const host = section('host').keys;
  if (!host.has(MASTER)) await set('host', MASTER);
  if (!host.has(DEFAULT)) await set('host', DEFAULT);

  return {
    get masterKey() {
      return host.get(MASTER) ?? '';
    },
    set,
    async list(scope) {
      const { keys } = section(scope);
      if (keys.size === 0 && typeof scope !== 'string') await set(scope, DEFAULT);
      return [...keys]
        .filter(([name]) => scope !== 'host' || name !== MASTER)
        .map(([name, value]) => ({ name, value }));
    },
    async remove(scope, name) {
      const { file, keys } = section(scope);
      // The master key can be renewed but not removed.
      if ((scope === 'host' && name === MASTER) || !keys.delete(name)) return false;
      await save(file);
      return true;
    },
    isSystemKey: (name, presented) => matchesAny(presented, [section('system').keys.get(name) ?? '']),
    levelOf(presented, functionName) {
      const { [MASTER]: master = '', ...shared } = Object.fromEntries(host);
      const own = functionName === undefined ? [] : [...section({ functionName }).keys.values()];
      const isMaster = matchesAny(presented, [master]);
      const givesFunctions = matchesAny(presented, [...Object.values(shared), ...own]);
      const givesWebhooks = matchesAny(presented, [...section('system').keys.values()]);
      if (isMaster) return 'admin';
      if (givesFunctions) return 'function';
      return givesWebhooks ? 'system' : undefined;
    },
  };
}

/** Compares hashes of one length, and always all of them, so that the time reveals nothing about a key. */
function matchesAny(presented: string, keys: readonly string[]): boolean {
  const wanted = digest(presented);
  let found = false;
  for (const key of keys) found = (timingSafeEqual(wanted, digest(key)) && key !== '') || found;
  return found;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function readFiles(folder: string): Promise<Map<string, Map<string, Keys>>> {
  const files = new Map<string, Map<string, Keys>>();
  for (const name of await listFiles(folder)) {
    files.set(basename(name, '.json'), parseKeys(name, await readFile(join(folder, name), 'utf8')));
  }
  return files;
}

async function listFiles(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function parseKeys(file: string, text: string): Map<string, Keys> {
  try {
    const parsed: Record<string, Record<string, string>> = JSON.parse(text);
    return new Map(Object.entries(parsed).map(([name, keys]) => [name, new Map(Object.entries(keys))]));
  } catch (error) {
    // The text is not quoted: it holds keys.
    throw new ConfigError(`secrets/${file} does not hold function keys. Delete it to have new ones made`, {
      cause: error,
    });
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const existing = map.get(key);
  if (existing !== undefined) return existing;
  const made = make();
  map.set(key, made);
  return made;
}
