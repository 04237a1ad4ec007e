import { hideSqliteWarning } from './hide-sqlite-warning.ts';

const SQLITE = 'SQLite is an experimental feature and might change at any time';

test('hideSqliteWarning() hides the warning of the SQLite module and no other', () => {
  const shown: unknown[][] = [];
  const process = { emitWarning: (...args: unknown[]) => void shown.push(args) };
  hideSqliteWarning(process);
  process.emitWarning(SQLITE, 'ExperimentalWarning');
  process.emitWarning('Fetch is an experimental feature', 'ExperimentalWarning');
  process.emitWarning(SQLITE, { code: 'APP_1' });
  process.emitWarning('Buffer() is deprecated', 'DeprecationWarning', 'DEP0005');
  expect(shown).toEqual([
    ['Fetch is an experimental feature', 'ExperimentalWarning'],
    [SQLITE, { code: 'APP_1' }],
    ['Buffer() is deprecated', 'DeprecationWarning', 'DEP0005'],
  ]);
});
