// Writes docs/cosmos-coverage.md: `npm run docs:generate`.
import { writeFileSync } from 'node:fs';
import { renderCoverage } from './coverage.ts';

writeFileSync(new URL('../../../docs/cosmos-coverage.md', import.meta.url), renderCoverage());
