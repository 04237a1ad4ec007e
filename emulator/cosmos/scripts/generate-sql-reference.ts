// Writes docs/cosmos-sql.md: `npm run docs:generate`.
import { writeFileSync } from 'node:fs';
import { renderSqlReference } from './sql-reference.ts';

writeFileSync(new URL('../../../docs/cosmos-sql.md', import.meta.url), renderSqlReference());
