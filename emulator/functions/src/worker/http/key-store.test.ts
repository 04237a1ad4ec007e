import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandomness, systemRandomness } from '@lazurite/runtime';
import { openKeyStore } from './key-store.ts';

let dataDir = '';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-keys-'));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe('openKeyStore()', () => {
  test('makes a master key, a default host key and a default key for each function, and keeps them', async () => {
    const first = await openKeyStore(dataDir, systemRandomness);
    const [own] = await first.list({ functionName: 'Hello' });
    const [host] = await first.list('host');
    const again = await openKeyStore(dataDir, systemRandomness);
    expect(again.masterKey).toBe(first.masterKey);
    expect(await again.list('host')).toEqual([host]);
    expect(await again.list({ functionName: 'hello' })).toEqual([own]);
    expect(new Set([own?.value, host?.value, first.masterKey]).size).toBe(3);
    expect(first.masterKey).toMatch(/^[\w-]{54}$/);
  });

  test('sets, renews and removes keys', async () => {
    const keys = await openKeyStore(dataDir, seededRandomness(1));
    expect(await keys.set('system', 'eventgrid_extension', 'v1')).toEqual({
      key: { name: 'eventgrid_extension', value: 'v1' },
      created: true,
    });
    const renewed = await keys.set('system', 'eventgrid_extension');
    expect(renewed.created).toBe(false);
    expect(renewed.key.value).not.toBe('v1');
    expect(await keys.remove('system', 'eventgrid_extension')).toBe(true);
    expect(await keys.remove('system', 'eventgrid_extension')).toBe(false);
    expect(await keys.remove('host', 'master')).toBe(false);
  });

  test('knows what each key opens', async () => {
    const keys = await openKeyStore(dataDir, systemRandomness);
    const [host] = await keys.list('host');
    const [own] = await keys.list({ functionName: 'a' });
    await keys.set('system', 's', 'system-key');
    expect(keys.levelOf(keys.masterKey, 'a')).toBe('admin');
    expect(keys.levelOf(host?.value ?? '', 'b')).toBe('function');
    expect(keys.levelOf(own?.value ?? '', 'A')).toBe('function');
    expect(keys.levelOf(own?.value ?? '', 'b')).toBeUndefined();
    expect(keys.levelOf('system-key', 'a')).toBe('system');
    for (const wrong of ['', 'x', keys.masterKey.slice(1), `${keys.masterKey} `]) {
      expect(keys.levelOf(wrong, 'a')).toBeUndefined();
    }
  });

  test('keeps its files from other users', async () => {
    if (process.platform === 'win32') return;
    await openKeyStore(dataDir, systemRandomness);
    expect((await stat(join(dataDir, 'secrets', 'host.json'))).mode & 0o077).toBe(0);
    expect(await readdir(join(dataDir, 'secrets'))).toEqual(['host.json']);
  });

  test('names a damaged file without showing what is in it', async () => {
    await openKeyStore(dataDir, systemRandomness);
    const path = join(dataDir, 'secrets', 'host.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.slice(0, -5));
    const failure = await openKeyStore(dataDir, systemRandomness).catch((error: Error) => error.message);
    expect(failure).toBe('secrets/host.json does not hold function keys. Delete it to have new ones made');
  });
});
