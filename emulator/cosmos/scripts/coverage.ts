import { NOT_EMULATED_PROPERTIES } from '../src/model/container/container-definition.ts';
import { type HeaderRule, REQUEST_HEADERS } from '../src/routes/request-headers.ts';
import { ABSENT_TYPES } from '../src/routes/router.ts';
import { ROUTES } from '../src/routes/table.ts';

/** The text of docs/cosmos-coverage.md, from the tables that requests are served by. */
export function renderCoverage(): string {
  return `${[INTRODUCTION, routes(), headers(), absent(), DIFFERENCES].join('\n\n')}\n`;
}

const INTRODUCTION = `# Cosmos DB: what is emulated

Generated from the tables in \`emulator/cosmos/src/routes\` by \`npm run docs:generate\`. What is not here is rejected with a 400, 405
or 501 that names it. The query language has [a page of its own](cosmos-sql.md); what was decided without a source is in
[discoveries/cosmos.md](discoveries/cosmos.md).`;

/** What no table of the code holds, because it is a matter of behaviour. */
const DIFFERENCES = `## Differences

| what | here |
| --- | --- |
| regions, failover, consistency levels | one region with one copy: every read sees the last write |
| physical partitions | fixed when the container is created: one for each 6,000 RU/s of manual and 10,000 of autoscale throughput; they neither split nor merge |
| request charges | [a model](discoveries/request-charge.md) |
| throughput | checked only where it is enforced on purpose; throughput of a database is stored but has no pool |
| indexing, vector and full-text policies | checked and stored; a query finds the same items with any of them |
| rejected queries | [what the service is known to reject](discoveries/rejected-queries.md); its codes and words where they are known |
| queries over several keys of one physical partition | run directly; the service leaves ORDER BY, aggregates, DISTINCT, TOP and OFFSET LIMIT to the client, which gives the same rows |
| index metrics | by the policy and the form of the query, as in the service; impact scores are High but for conditions that look at every value |
| groups of several keys | in the order of their first rows |
| \`NaN\` and \`Infinity\` | constants to compare with; JSON has none, so they are left out of results |
| full text search | words are compared as they are: no stemming, no stop words |
| vector search | always exact: options that trade recall for cost are checked, and have no effect |
| \`ST_DISTANCE\`, \`ST_AREA\` | to 0.1 mm and to 8 digits: the service rounds coordinates to a grid |
| analytical store, continuous backup | their settings are stored and have no effect |
| scripts | stopped after 5 s; while one runs, other writes wait, and reads see the state before it. A query inside a script sees the script's own writes |
| user-defined functions | a call is stopped after 1 s, and other requests wait for it |
| resource tokens | bound to the permission as it is: one that was changed or deleted gives no access any more |
| indexing directive | \`exclude\` is accepted, and queries find the item all the same |
| batches of the SDK for .NET | HybridRow is rejected with 501: use its bulk mode or single operations |
| delete by partition key | done before the response, not in the background |`;

function routes(): string {
  const byPath = Map.groupBy(ROUTES, ([, path]) => path);
  const rows = [...byPath].map(([path, own]) => `| \`${path}\` | ${own.map(([verb]) => verb).join(', ')} |`);
  return ['## Paths', '', '| path | requests |', '| --- | --- |', ...rows].join('\n');
}

function headers(): string {
  const row = ({ name, treatment, note, values }: HeaderRule) =>
    `| \`${name}\` | ${treatment} | ${treatment === 'rejected' ? `not emulated: ${note}` : note}${valuesOf(values)} |`;
  return ['## Request headers', '', '| header | | |', '| --- | --- | --- |', ...REQUEST_HEADERS.map(row)].join('\n');
}

function valuesOf(values: readonly string[] | undefined): string {
  return values ? ` (${values.join(', ')})` : '';
}

function absent(): string {
  const types = Object.entries(ABSENT_TYPES).map(([type, name]) => `| ${name} | paths with \`/${type}\`: 501 |`);
  const properties = NOT_EMULATED_PROPERTIES.map((name) => `| containers with \`${name}\` | 400 |`);
  return ['## Rejected', '', '| what | response |', '| --- | --- |', ...types, ...properties].join('\n');
}
