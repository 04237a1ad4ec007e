import type {
  Container,
  Database,
  PermissionMode,
  StoredProcedureDefinition,
  TriggerDefinition,
  UserDefinedFunctionDefinition,
} from '@azure/cosmos';

/** A line of an export: what a database has besides containers and items. The server's own export writes the same. */
export interface ResourceLine {
  readonly type: 'resource';
  /** As the paths of Cosmos DB name it. */
  readonly kind: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** The scripts of a container. */
export async function scriptLines({ scripts }: Container): Promise<readonly ResourceLine[]> {
  const procedures = (await scripts.storedProcedures.readAll().fetchAll()).resources;
  const triggers = (await scripts.triggers.readAll().fetchAll()).resources;
  const functions = (await scripts.userDefinedFunctions.readAll().fetchAll()).resources;
  return [
    ...procedures.map((one) => toLine('sprocs', one)),
    ...triggers.map((one) => toLine('triggers', one)),
    ...functions.map((one) => toLine('udfs', one)),
  ];
}

/** The users of a database, each followed by its permissions; what these are for is named without the database. */
export async function userLines(database: Database): Promise<readonly ResourceLine[]> {
  const { resources: users } = await database.users.readAll().fetchAll();
  const lines: ResourceLine[] = [];
  for (const user of users) {
    const { resources } = await database.user(user.id).permissions.readAll().fetchAll();
    const named = resources.flatMap((one) => {
      const resource = /^\/?dbs\/[^/]+\/(colls\/.+?)\/?$/.exec(one.resource)?.[1];
      return resource === undefined ? [] : [toLine('permissions', { ...one, resource })];
    });
    lines.push(toLine('users', user), ...named);
  }
  return lines;
}

function toLine(kind: string, resource: object): ResourceLine {
  const own = Object.entries(resource).filter(([name]) => !name.startsWith('_'));
  return { type: 'resource', kind, properties: Object.fromEntries(own) };
}

/** Where a resource of an import belongs: what the lines before it have opened. */
export interface ImportPlace {
  readonly database: Database;
  readonly container: Container | undefined;
  /** The id of the last user. */
  readonly user: string | undefined;
}

/**
 * Creates the resource, or replaces the one with its id.
 *
 * @returns false where the lines before it have opened nothing that it can belong to, or its kind is unknown
 */
export async function importResource({ kind, properties }: ResourceLine, place: ImportPlace): Promise<boolean> {
  const { database, container, user } = place;
  if (kind === 'users') {
    await database.users.upsert({ id: String(properties.id) });
    return true;
  }
  if (kind === 'permissions') {
    if (user === undefined) return false;
    const { id, permissionMode, resource, ...others } = properties;
    const mode = permissionMode as PermissionMode; // the server validates it
    const permission = { ...others, id: String(id), permissionMode: mode, resource: `${database.url}/${resource}` };
    await database.user(user).permissions.upsert(permission);
    return true;
  }
  return container !== undefined && importScript(container, kind, properties);
}

/** The SDK has no upsert of scripts. */
async function importScript(
  { scripts }: Container,
  kind: string,
  properties: ResourceLine['properties'],
): Promise<boolean> {
  const id = String(properties.id);
  if (kind === 'sprocs') {
    const definition = properties as StoredProcedureDefinition; // the server validates it
    const replace = () => scripts.storedProcedure(id).replace(definition);
    await scripts.storedProcedures.create(definition).catch(orReplace(replace));
    return true;
  }
  if (kind === 'triggers') {
    const definition = properties as unknown as TriggerDefinition; // as before
    await scripts.triggers.create(definition).catch(orReplace(() => scripts.trigger(id).replace(definition)));
    return true;
  }
  if (kind !== 'udfs') return false;
  const definition = properties as UserDefinedFunctionDefinition; // as before
  const replace = () => scripts.userDefinedFunction(id).replace(definition);
  await scripts.userDefinedFunctions.create(definition).catch(orReplace(replace));
  return true;
}

const CONFLICT = 409;

function orReplace(replace: () => Promise<unknown>): (error: unknown) => Promise<unknown> {
  return (error) => {
    if ((error as { code?: unknown }).code === CONFLICT) return replace(); // the SDK throws objects of its own class
    throw error;
  };
}
