import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { systemRandomness } from '@lazurite/runtime';
import { ZipFile } from 'yazl';
import { openPackage, removeOtherPackages } from './open-package.ts';
import { PackageError } from './package-error.ts';
import type { PackageLimits } from './package-limits.ts';

const HOST_JSON = { path: 'host.json', content: '{"version":"2.0"}' };
const LIMITS: PackageLimits = { zipBytes: 100_000, entries: 10, unpackedBytes: 1_000_000 };

let root: string;
let file: string;
let folder: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lazurite-package-'));
  file = join(root, 'app.zip');
  folder = join(root, 'packages');
});
afterEach(() => rm(root, { recursive: true, force: true }));

interface Packed {
  readonly path: string;
  readonly content: string;
  /** Default: a regular file. */
  readonly mode?: number;
  readonly compress?: boolean;
}

function zip(...files: readonly Packed[]): Promise<Buffer> {
  const made = new ZipFile();
  for (const { path, content, ...options } of files) made.addBuffer(Buffer.from(content), path, options);
  made.end();
  return buffer(made.outputStream);
}

/** The zip with every occurrence of a text replaced by another of the same length: what a library would not write. */
function forge(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');
}

async function open(bytes: Uint8Array) {
  await writeFile(file, bytes);
  return openPackage(file, { folder, randomness: systemRandomness, limits: LIMITS });
}

describe('openPackage()', () => {
  test('unpacks files and folders below a folder named by the hash', async () => {
    const { scriptRoot, sha256 } = await open(await zip(HOST_JSON, { path: 'dist/A/index.js', content: 'let a;' }));
    expect(sha256).toMatch(/^[\da-f]{64}$/);
    expect(scriptRoot.endsWith(join('packages', sha256))).toBe(true);
    expect(await readFile(join(scriptRoot, 'dist/A/index.js'), 'utf8')).toBe('let a;');
    expect(await readdir(folder)).toEqual([sha256]);
  });

  test('unpacks the same zip once, though two starts ask at the same time', async () => {
    const bytes = await zip(HOST_JSON);
    const [first, second] = await Promise.all([open(bytes), open(bytes)]);
    expect(second).toEqual(first);
    const { mtimeMs } = await stat(first.scriptRoot);
    await open(bytes);
    expect((await stat(first.scriptRoot)).mtimeMs).toBe(mtimeMs);
    expect(await readdir(folder)).toEqual([first.sha256]);
  });

  (process.platform === 'win32' ? test.skip : test)('keeps programs executable', async () => {
    const { scriptRoot } = await open(await zip(HOST_JSON, { path: 'tool', content: '#!', mode: 0o100_755 }));
    expect((await stat(join(scriptRoot, 'tool'))).mode & 0o111).toBe(0o111);
    expect((await stat(join(scriptRoot, 'host.json'))).mode & 0o111).toBe(0);
  });

  test.each<[string, () => Promise<Buffer>, string, RegExp]>([
    ['what is no zip', async () => Buffer.from('{"version":"2.0"}'), 'PackageUnreadable', /not a zip/],
    ['an empty file', async () => Buffer.alloc(0), 'PackageUnreadable', /not a zip/],
    ['a zip that ends early', async () => (await zip(HOST_JSON)).subarray(0, -30), 'PackageUnreadable', /truncated/],
    [
      'a file that was changed',
      async () => forge(await zip({ ...HOST_JSON, compress: false }), '"2.0"', '"3.0"'),
      'PackageUnreadable',
      /'host\.json' is damaged/,
    ],
    [
      'compressed data that is none',
      async () => {
        const bytes = await zip({ ...HOST_JSON, content: 'a'.repeat(500) });
        return bytes.fill(0xff, 40, 60);
      },
      'PackageUnreadable',
      /app\.zip cannot be unpacked/,
    ],
    [
      'a zip without host.json',
      () => zip({ path: 'index.js', content: '' }),
      'NoFunctionApp',
      /no host\.json at its top$/,
    ],
    ['an empty zip', () => zip(), 'NoFunctionApp', /no host\.json/],
    [
      'a zip of the folder',
      () => zip({ ...HOST_JSON, path: 'my-app/host.json' }),
      'NoFunctionApp',
      /but in 'my-app'\. Zip what is in that folder/,
    ],
    [
      'a symbolic link',
      () => zip(HOST_JSON, { path: 'passwords', content: '/etc/passwd', mode: 0o120_777 }),
      'PackageUnsafe',
      /'passwords' is a link/,
    ],
    [
      'a path that climbs out',
      async () => forge(await zip(HOST_JSON, { path: 'aa/evil.js', content: '' }), 'aa/evil.js', '../evil.js'),
      'PackageUnreadable',
      /invalid relative path/,
    ],
    [
      'an absolute path',
      async () => forge(await zip(HOST_JSON, { path: 'a/evil.js', content: '' }), 'a/evil.js', '//evil.js'),
      'PackageUnreadable',
      /absolute path/,
    ],
    [
      'a path with backslashes',
      async () => forge(await zip(HOST_JSON, { path: 'aa/evil.js', content: '' }), 'aa/evil.js', '..\\evil.js'),
      'PackageUnreadable',
      /invalid characters/,
    ],
    [
      'two files of one path, but for case',
      () => zip(HOST_JSON, { path: 'HOST.json', content: '{}' }),
      'PackageUnsafe',
      /'HOST\.json' is there twice/,
    ],
    ...['a/b', 'A/b', 'a/b/c/d', 'a/'].flatMap((path): [string, () => Promise<Buffer>, string, RegExp][] => {
      const file = { path: 'a', content: 'let a;' };
      const inside = { path: path.replace(/\/$/, '/x'), content: 'let b;' };
      const forged = async (bytes: Promise<Buffer>) => (path === 'a/' ? forge(await bytes, 'a/x', 'a//') : bytes);
      return [
        [
          `a file a before ${path}`,
          () => forged(zip(HOST_JSON, file, inside)),
          'PackageUnsafe',
          /is there as a file too/,
        ],
        [
          `a file a after ${path}`,
          () => forged(zip(HOST_JSON, inside, file)),
          'PackageUnsafe',
          /is there as a file too/,
        ],
      ];
    }),
    [
      'more entries than are allowed',
      () => zip(HOST_JSON, ...Array.from({ length: 10 }, (_, index) => ({ path: `${index}.js`, content: '' }))),
      'PackageTooLarge',
      /more than 10 files/,
    ],
    [
      'a few bytes that unpack to many',
      () => zip(HOST_JSON, { path: 'zeros.bin', content: '\0'.repeat(1_000_000) }),
      'PackageTooLarge',
      /more than 1000000 bytes unpacked/,
    ],
    [
      'a larger file than is allowed',
      () => zip(HOST_JSON, { path: 'stored.bin', content: 'x'.repeat(100_000), compress: false }),
      'PackageTooLarge',
      /more than 100000 bytes/,
    ],
  ])('rejects %s, and leaves nothing behind', async (_, make, code, message) => {
    const failure = await open(await make()).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PackageError);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await readdir(folder).catch(() => [])).toEqual([]);
    expect(await readdir(root)).toEqual(expect.not.arrayContaining(['evil.js']));
  });

  test('rejects a file whose size is not the declared one, before it has written more', async () => {
    const bytes = await zip(HOST_JSON, { path: 'a.bin', content: '\0'.repeat(500_000) });
    const declared = Buffer.from(Uint32Array.of(500_000).buffer).toString('latin1');
    const lie = Buffer.from(Uint32Array.of(10).buffer).toString('latin1');
    await expect(open(forge(bytes, declared, lie))).rejects.toMatchObject({ code: 'PackageUnreadable' });
    expect(await readdir(folder)).toEqual([]);
  });

  test('names a package that is not there, and one that is a folder', async () => {
    const missing = openPackage(join(root, 'none.zip'), { folder, randomness: systemRandomness });
    await expect(missing).rejects.toMatchObject({
      code: 'PackageNotFound',
      message: expect.stringContaining('none.zip'),
    });
    const isFolder = openPackage(root, { folder, randomness: systemRandomness });
    await expect(isFolder).rejects.toMatchObject({ code: 'PackageUnreadable' });
  });
});

test('removeOtherPackages() leaves the one that runs', async () => {
  const first = await open(await zip(HOST_JSON));
  const second = await open(await zip(HOST_JSON, { path: 'new.js', content: '' }));
  expect(await readdir(folder)).toHaveLength(2);
  await removeOtherPackages(folder, second.sha256);
  expect(await readdir(folder)).toEqual([second.sha256]);
  expect(first.sha256).not.toBe(second.sha256);
});
