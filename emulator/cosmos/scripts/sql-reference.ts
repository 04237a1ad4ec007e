import { aggregateFunctions } from '../src/query/functions/aggregates.ts';
import { scalarFunctions } from '../src/query/functions/catalogue.ts';

interface Row {
  readonly signature: string;
  readonly summary: string;
}

/** The text of docs/cosmos-sql.md, from the function tables that queries are compiled against. */
export function renderSqlReference(): string {
  const sections = [...sectionsByCategory()].map(([category, rows]) => `## ${category}\n\n${renderTable(rows)}`);
  return `${[INTRODUCTION, ...sections, LIMITS].join('\n\n')}\n`;
}

const INTRODUCTION = `# Cosmos SQL: functions

Generated from the function tables in \`emulator/cosmos/src/query/functions\` by \`npm run docs:generate\`. Names may be written
in any case. The catalogue and its rules follow the [query reference](https://learn.microsoft.com/cosmos-db/query/overview) of
the service: an argument of a type that a function does not take yields undefined, not an error; a wrong number of arguments
is a 400 with code SC2050, an unknown name one with SC2005.

Numbers are doubles; a result that is not finite is undefined. Strings are ordered by code point, and their positions and
lengths count UTF-16 code units. Values of different types are unequal, and neither less nor greater than each other; ORDER BY,
MIN and MAX put undefined before null, then booleans, numbers, strings, arrays and objects.

To add a function: a row in the table of its category, a case in the test beside it, and \`npm run docs:generate\`.`;

const LIMITS = `## What is not emulated

| what | instead |
| --- | --- |
| user-defined functions (\`udf.name()\`) | rejected with code SC2005 |
| look-around and back-references in REGEXMATCH | rejected with a 400: they cannot be matched in time linear in the text |
| stemming, stop words and fuzzy terms in full text search | words are compared as they stand, without regard to case |
| DATETIMEFORMAT with names of months and days (\`MMM\`, \`ddd\`) | undefined |
| the time passing while a query runs | GETCURRENTDATETIME(), -TICKS() and -TIMESTAMP() give what their static forms give |
| altitudes in GeoJSON positions | left out |

Bounds of our own: a string of 4,194,304 characters and an array of 1,000,000 items from one call, a regular expression of
10,000 characters, a geometry of 2,000 positions. REPLICATE ends at 10,000 characters, as in the service.`;

function sectionsByCategory(): ReadonlyMap<string, readonly Row[]> {
  const scalars = Map.groupBy(scalarFunctions.values(), ({ category }) => category);
  const sorted = [...scalars].toSorted(([left], [right]) => left.localeCompare(right, 'en'));
  return new Map<string, readonly Row[]>([['Aggregate', [...aggregateFunctions.values()]], ...sorted]);
}

function renderTable(rows: readonly Row[]): string {
  const lines = rows
    .toSorted((left, right) => left.signature.localeCompare(right.signature, 'en'))
    .map(({ signature, summary }) => `| \`${signature}\` | ${summary.replaceAll('|', '\\|')} |`);
  return ['| function | result |', '| --- | --- |', ...lines].join('\n');
}
