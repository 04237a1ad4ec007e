import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ResourceStore, StoredResource } from '../store.ts';

const COLUMNS = 'kind, parent_rid AS parentRid, id, rid, etag, ts, body';

export class SqliteResources implements ResourceStore {
  readonly #get: StatementSync;
  readonly #getByRid: StatementSync;
  readonly #list: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: DatabaseSync) {
    this.#get = database.prepare(`SELECT ${COLUMNS} FROM resources WHERE kind = ? AND parent_rid = ? AND id = ?`);
    this.#getByRid = database.prepare(`SELECT ${COLUMNS} FROM resources WHERE rid = ?`);
    this.#list = database.prepare(`SELECT ${COLUMNS} FROM resources WHERE kind = ? AND parent_rid = ? ORDER BY number`);
    this.#put = database.prepare(`
      INSERT INTO resources (kind, parent_rid, id, rid, etag, ts, body) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (rid) DO UPDATE SET id = excluded.id, etag = excluded.etag, ts = excluded.ts, body = excluded.body`);
    this.#delete = database.prepare('DELETE FROM resources WHERE rid = ?');
  }

  get(kind: string, parentRid: string, id: string): StoredResource | undefined {
    return this.#get.get(kind, parentRid, id) as StoredResource | undefined; // the columns are those of the type
  }

  getByRid(rid: string): StoredResource | undefined {
    return this.#getByRid.get(rid) as StoredResource | undefined; // the columns are those of the type
  }

  list(kind: string, parentRid: string): StoredResource[] {
    return this.#list.all(kind, parentRid) as unknown as StoredResource[]; // the columns are those of the type
  }

  put(resource: StoredResource): void {
    const { kind, parentRid, id, rid, etag, ts, body } = resource;
    this.#put.run(kind, parentRid, id, rid, etag, ts, body);
  }

  delete(rid: string): boolean {
    return this.#delete.run(rid).changes > 0;
  }
}
