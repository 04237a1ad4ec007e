// Writes docs/functions-coverage.md: `npm run docs:generate`.
import { writeFileSync } from 'node:fs';
import { renderFunctionsCoverage } from './functions-coverage.ts';

writeFileSync(new URL('../../../docs/functions-coverage.md', import.meta.url), await renderFunctionsCoverage());
