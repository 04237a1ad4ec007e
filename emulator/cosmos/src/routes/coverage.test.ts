import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { renderCoverage } from '../../scripts/coverage.ts';

test('docs/cosmos-coverage.md is what `npm run docs:generate` writes', () => {
  const page = readFileSync(resolve(__dirname, '../../../../docs/cosmos-coverage.md'), 'utf8');
  expect(page.replaceAll('\r\n', '\n')).toBe(renderCoverage());
});
