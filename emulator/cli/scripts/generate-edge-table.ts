// Writes the table of endpoints in docs/security.md: `npm run docs:generate`.
import { readFileSync, writeFileSync } from 'node:fs';
import { withEdgeTable } from './edge-table.ts';

const page = new URL('../../../docs/security.md', import.meta.url);
writeFileSync(page, withEdgeTable(readFileSync(page, 'utf8')));
