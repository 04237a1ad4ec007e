import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderSqlReference } from '../../../scripts/sql-reference.ts';

test('docs/cosmos-sql.md is what `npm run docs:generate` writes', () => {
  const page = readFileSync(resolve(__dirname, '../../../../../docs/cosmos-sql.md'), 'utf8');
  expect(page.replaceAll('\r\n', '\n')).toBe(renderSqlReference());
});
