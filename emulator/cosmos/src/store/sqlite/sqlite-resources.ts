import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ResourceStore, StoredResource } from '../store.ts';
import type { Checksums } from './integrity.ts';

const COLUMNS = 'kind, parent_rid AS parentRid, id, rid, etag, ts, body, checksum';

export class SqliteResources implements ResourceStore {
  readonly #get: StatementSync;
  readonly #getByRid: StatementSync;
  readonly #list: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;

  readonly #checksums: Checksums;

  constructor(database: DatabaseSync, checksums: Checksums) {
    this.#checksums = checksums;
    this.#get = database.prepare(`SELECT ${COLUMNS} FROM resources WHERE kind = ? AND parent_rid = ? AND id = ?`);
    this.#getByRid = database.prepare(`SELECT ${COLUMNS} FROM resources WHERE rid = ?`);
    this.#list = database.prepare(`SELECT ${COLUMNS} FROM resources WHERE kind = ? AND parent_rid = ? ORDER BY number`);
    this.#put = database.prepare(`
      INSERT INTO resources (kind, parent_rid, id, rid, etag, ts, body, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT (rid) DO UPDATE SET id = excluded.id, etag = excluded.etag, ts = excluded.ts, body = excluded.body,
        checksum = excluded.checksum`);
    this.#delete = database.prepare('DELETE FROM resources WHERE rid = ?');
  }

  get(kind: string, parentRid: string, id: string): StoredResource | undefined {
    return this.#checked(this.#get.all(kind, parentRid, id))[0];
  }

  getByRid(rid: string): StoredResource | undefined {
    return this.#checked(this.#getByRid.all(rid))[0];
  }

  list(kind: string, parentRid: string): StoredResource[] {
    return this.#checked(this.#list.all(kind, parentRid));
  }

  put(resource: StoredResource): void {
    const { kind, parentRid, id, rid, etag, ts, body } = resource;
    this.#put.run(kind, parentRid, id, rid, etag, ts, body, this.#checksums.ofResource(resource));
  }

  delete(rid: string): boolean {
    return this.#delete.run(rid).changes > 0;
  }

  #checked(result: unknown): StoredResource[] {
    const rows = result as (StoredResource & { readonly checksum: number })[]; // COLUMNS are those of the type, and the checksum
    return rows.map(({ checksum, ...resource }) => {
      this.#checksums.assertResource(resource, checksum);
      return resource;
    });
  }
}
