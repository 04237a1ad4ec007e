import { CosmosError } from '../model/errors.ts';
import type { Store, StoredResource } from '../store/store.ts';
import { type Container, type Database, toContainer } from './container.ts';

/** The databases and containers by name or rid, prepared once. Whoever changes one calls `forget`. */
export class Catalog {
  readonly #store: Store;
  readonly #databases = new Map<string, Database>();
  readonly #containers = new Map<string, Container>();
  #byNumber: ReadonlyMap<number, Container> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @throws CosmosError NotFound */
  database(name: string): Database {
    const known = this.#databases.get(name);
    if (known) return known;
    const resource = this.#find('dbs', '', name);
    const database = { id: resource.id, rid: resource.rid, resource };
    this.#databases.set(name, database);
    return database;
  }

  /** @throws CosmosError NotFound, also for the database */
  container(databaseName: string, name: string): Container {
    const key = `${databaseName}/${name}`;
    const known = this.#containers.get(key);
    if (known) return known;
    const database = this.database(databaseName);
    const container = toContainer(this.#find('colls', database.rid, name), database);
    this.#containers.set(key, container);
    return container;
  }

  containers(database: Database): Container[] {
    return this.#store.resources.list('colls', database.rid).map((resource) => toContainer(resource, database));
  }

  /** The container whose items the store keeps under this number; undefined when there is none. */
  containerByNumber(number: number): Container | undefined {
    this.#byNumber ??= new Map(this.#all().map((container) => [container.number, container]));
    return this.#byNumber.get(number);
  }

  forget(): void {
    this.#byNumber = undefined;
    this.#databases.clear();
    this.#containers.clear();
  }

  #all(): Container[] {
    const databases = this.#store.resources.list('dbs', '');
    return databases.flatMap((resource) => this.containers({ id: resource.id, rid: resource.rid, resource }));
  }

  /** By name first: a name may look like a rid, and then it is the name that was meant. */
  #find(kind: string, parentRid: string, name: string): StoredResource {
    const { resources } = this.#store;
    const byName = resources.get(kind, parentRid, name);
    if (byName) return byName;
    const byRid = resources.getByRid(name);
    if (byRid?.kind === kind && byRid.parentRid === parentRid) return byRid;
    throw notFound();
  }
}

export function notFound(): CosmosError {
  return new CosmosError('NotFound', 'Entity with the specified id does not exist in the system.');
}

export function alreadyExists(): CosmosError {
  return new CosmosError('Conflict', 'Entity with the specified id already exists in the system.');
}
