import { DatabaseSync } from 'node:sqlite';
import { Checksums } from './integrity.ts';
import { SCHEMA } from './schema.ts';
import { SqliteQueries } from './sqlite-queries.ts';

/** How SQLite carries out every statement that `run` prepares. */
function plansOf(run: (queries: SqliteQueries) => void): string[] {
  const database = new DatabaseSync(':memory:');
  database.exec(SCHEMA);
  const prepared: string[] = [];
  const prepare = database.prepare.bind(database);
  database.prepare = (sql) => {
    prepared.push(sql);
    return prepare(sql);
  };
  run(new SqliteQueries(database, new Checksums('store')));
  return prepared.flatMap((sql) =>
    prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => String(detail)),
  );
}

describe('SqliteQueries', () => {
  it('read() goes to the items by their numbers, and not through all of a logical partition', () => {
    const partition = { container: 1, range: 0, minEpk: 'A', maxEpk: 'AFF', partitionKey: '["a"]', now: 0 };
    const plans = plansOf((queries) => queries.read({ ...partition, conditions: [] }, [1, 2]));
    expect(plans).toContain('SEARCH items USING INTEGER PRIMARY KEY (rowid=?)');
  });
});
