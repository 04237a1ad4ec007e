import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CosmosServer, startCosmos } from '@lazurite/cosmos';
import { openLocalCertificate } from '@lazurite/http';
import { silentLog, systemClock } from '@lazurite/runtime';
import { exportToFolder, importFromFolder } from './transfer.ts';

const TRIGGER = { id: 't', body: 'function () {}' };
const SHOP = [
  { type: 'database', version: 1, id: 'shop' },
  { type: 'container', definition: { id: 'orders', partitionKey: { paths: ['/id'] } } },
  { type: 'resource', kind: 'sprocs', properties: { id: 's', body: 'function () {}' } },
  { type: 'resource', kind: 'triggers', properties: { ...TRIGGER, triggerType: 'Pre', triggerOperation: 'All' } },
  { type: 'resource', kind: 'udfs', properties: { id: 'f', body: 'function () {}' } },
  { type: 'item', item: { id: '1', text: 'one\u2028two\r\nthree' } },
  { type: 'resource', kind: 'users', properties: { id: 'reader' } },
  { type: 'resource', kind: 'permissions', properties: { id: 'p', permissionMode: 'read', resource: 'colls/orders' } },
];

let folder: string;
let cosmos: CosmosServer;
let account: { readonly connectionString: string; readonly stateDir: string };

/** Over TLS, as a stack with a managed identity serves it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-transfer-'));
  const tls = await openLocalCertificate(join(folder, 'https'), systemClock);
  cosmos = await startCosmos({ tls, log: silentLog });
  account = { connectionString: cosmos.connectionString, stateDir: folder };
  await mkdir(join(folder, 'shop'));
  await writeFile(join(folder, 'shop', 'cosmos.ndjson'), SHOP.map((line) => JSON.stringify(line)).join('\n'));
  expect(await importFromFolder(account, join(folder, 'shop'))).toBe(1);
});

afterAll(async () => {
  await cosmos.close();
  await rm(folder, { recursive: true, force: true });
});

test('exportToFolder() writes what importFromFolder() has read, line breaks within texts included', async () => {
  expect(await exportToFolder(account, join(folder, 'new', 'copy'))).toBe(1);
  const lines = (await readFile(join(folder, 'new', 'copy', 'cosmos.ndjson'), 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject(SHOP);
  expect(await readdir(join(folder, 'new', 'copy'))).toEqual(['cosmos.ndjson']);
});

test('importFromFolder() replaces what is there, and rejects a resource that belongs to nothing', async () => {
  expect(await importFromFolder(account, join(folder, 'shop'))).toBe(1);
  const orphan = join(folder, 'orphan');
  await mkdir(orphan);
  await writeFile(join(orphan, 'cosmos.ndjson'), [SHOP[0], SHOP[2]].map((line) => JSON.stringify(line)).join('\n'));
  await expect(importFromFolder(account, orphan)).rejects.toThrow('line 2: the line belongs to nothing');
});

test('exportToFolder() sends nothing to a server with another certificate than that of the stack', async () => {
  const other = await openLocalCertificate(join(folder, 'other'), systemClock);
  const stateDir = join(folder, 'state');
  await mkdir(join(stateDir, 'https'), { recursive: true });
  await copyFile(other.path, join(stateDir, 'https', 'localhost.crt'));
  await expect(exportToFolder({ ...account, stateDir }, join(folder, 'none'))).rejects.toThrow(/certificate/);
  expect(existsSync(join(folder, 'none', 'cosmos.ndjson'))).toBe(false);
});

test('exportToFolder() names the certificate that is missing', async () => {
  const exporting = exportToFolder({ ...account, stateDir: join(folder, 'absent') }, join(folder, 'none'));
  await expect(exporting).rejects.toThrow(join(folder, 'absent', 'https', 'localhost.crt'));
});

type Fault = [string, (draft: string) => Promise<unknown>];

const FULL_DEVICE: Fault = ['written', (draft) => symlink('/dev/full', draft)];
const FAULTS: readonly Fault[] = [
  ['opened', (draft) => mkdir(draft)],
  // Only Linux has a device that is always full.
  ...(process.platform === 'linux' ? [FULL_DEVICE] : []),
];

test.each(FAULTS)('exportToFolder() rejects, and names the file, when it cannot be %s', async (name, prepare) => {
  const target = join(folder, name);
  await mkdir(target);
  const file = join(target, 'cosmos.ndjson');
  await prepare(`${file}.${process.pid}.new`);
  await expect(exportToFolder(account, target)).rejects.toThrow(`${file} cannot be written: `);
  expect(existsSync(file)).toBe(false);
});

test.each<[string, (file: string) => Promise<unknown>]>([
  ['is absent', async () => undefined],
  ['is a folder', (file) => mkdir(file, { recursive: true })],
])('importFromFolder() rejects, and names the file, when it %s', async (_, prepare) => {
  const target = await mkdtemp(join(folder, 'import-'));
  const file = join(target, 'cosmos.ndjson');
  await prepare(file);
  await expect(importFromFolder(account, target)).rejects.toThrow(`${file} cannot be read`);
});
