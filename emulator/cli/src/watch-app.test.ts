import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Closeable, systemClock } from '@lazurite/runtime';
import { watchApp } from './watch-app.ts';

let folder: string;
let watching: Closeable;
let changed: PromiseWithResolvers<void>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lazurite-watch-'));
  await mkdir(join(folder, 'dist', 'functions'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"main":"dist/functions/*.js"}');
  changed = Promise.withResolvers<void>();
  watching = watchApp(folder, { clock: systemClock, onChange: () => changed.resolve() });
});

afterEach(async () => {
  await watching.close();
  await rm(folder, { recursive: true });
});

test.each(['dist/functions/a.js', 'dist/shared.mjs', 'host.json', 'local.settings.json', 'index.js'])(
  'watchApp() sees that %s changes',
  async (file) => {
    await writeFile(join(folder, file), '1');
    await changed.promise;
  },
);
