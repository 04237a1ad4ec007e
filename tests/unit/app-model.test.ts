import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ALL_SETTINGS, appModel } from '../../scripts/infra/app-model.ts';
import { renderSettingsPage } from '../../scripts/infra/settings-page.ts';

const root = resolve(import.meta.dirname, '../..');

test('infra/app-model.json is what `npm run infra:generate` writes', () => {
  expect(JSON.parse(read('infra/app-model.json'))).toEqual(appModel());
});

test('docs/settings.md is what `npm run infra:generate` writes', () => {
  expect(read('docs/settings.md')).toBe(renderSettingsPage());
});

describe('local.settings.json', () => {
  const values: Record<string, string> = JSON.parse(read('local.settings.json')).Values;

  test('sets only what local runs set', () => {
    const foreign = Object.keys(values).filter(
      (name) => !['local', 'everywhere'].includes(ALL_SETTINGS[name]?.provider ?? 'nobody'),
    );
    expect(foreign).toEqual([]);
  });

  test('sets everything that has no default', () => {
    const required = Object.entries(ALL_SETTINGS).filter(
      ([, { provider, default: fallback }]) => ['local', 'everywhere'].includes(provider) && fallback === null,
    );
    expect(Object.keys(values)).toEqual(expect.arrayContaining(required.map(([name]) => name)));
  });

  test('gives values that the table allows', () => {
    const wrong = Object.entries(values).filter(([name, value]) => {
      const allowed = ALL_SETTINGS[name]?.values ?? [];
      return typeof allowed !== 'string' && !allowed.includes(value);
    });
    expect(wrong).toEqual([]);
  });
});

function read(path: string): string {
  return readFileSync(resolve(root, path), 'utf8');
}
