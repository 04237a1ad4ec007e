import type { TableClient, TableEntityResult } from '@azure/data-tables';
import type { ConfigReader } from '../../../config/config-reader.ts';
import { storageConnectionString } from '../../../config/connections.ts';
import type { BindingDeclaration, BindingKind, InputBinding, OutputBinding } from '../binding.ts';
import { type BindingContext, compileBindingTemplate } from '../binding-expression.ts';
import { readBinding } from '../binding-reader.ts';
import { loadOptionalPackage } from '../optional-package.ts';
import { toOutputValues } from '../output-items.ts';
import { isNotFound } from '../queue/queue-client.ts';

/** `table` input: one entity, or a list; output: inserts or replaces, and creates the table when it is missing. */
export const tableBinding: BindingKind = { input: createTableInput, output: createTableOutput };

type Entity = TableEntityResult<Record<string, unknown>>;

async function createTableInput(declaration: BindingDeclaration): Promise<InputBinding> {
  const binding = readBinding(declaration);
  const table = readTable(binding, declaration);
  const partitionKey = optional(binding.text('partitionKey'));
  const rowKey = optional(binding.text('rowKey'));
  const filter = optional(binding.text('filter'));
  const take = binding.integer('take', { min: 1 });
  return {
    async read(context) {
      const client = await table(context);
      const partition = partitionKey?.(context);
      const row = rowKey?.(context);
      if (partition !== undefined && row !== undefined) return { json: await readEntity(client, partition, row) };
      const inPartition = partition === undefined ? undefined : `PartitionKey eq '${partition.replaceAll("'", "''")}'`;
      const conditions = [inPartition, filter?.(context)].filter((condition) => condition !== undefined);
      const query = conditions.map((condition) => `(${condition})`).join(' and ');
      return { json: JSON.stringify(await listEntities(client, query, take)) };
    },
  };
}

async function createTableOutput(declaration: BindingDeclaration): Promise<OutputBinding> {
  const binding = readBinding(declaration);
  const table = readTable(binding, declaration);
  const partitionKey = optional(binding.text('partitionKey'));
  const rowKey = optional(binding.text('rowKey'));
  return {
    async write(data, context) {
      const client = await table(context);
      const keys = { PartitionKey: partitionKey?.(context), RowKey: rowKey?.(context) };
      for (const item of toOutputValues(data)) await upsert(client, toEntity(item, keys));
    },
  };
}

function readTable(
  binding: ConfigReader,
  declaration: BindingDeclaration,
): (context: BindingContext) => Promise<TableClient> {
  const name = binding.text('tableName');
  if (!name) throw binding.fail('tableName', 'is required');
  const template = compileBindingTemplate(name);
  const connectionString = storageConnectionString(binding.text('connection'), declaration.env);
  return async (context) => {
    const { TableClient: Client } = await loadOptionalPackage(
      '@azure/data-tables',
      'A table binding',
      () => import('@azure/data-tables'),
    );
    // The local emulator speaks plain HTTP.
    const options = { allowInsecureConnection: true };
    return Client.fromConnectionString(connectionString, template.bind(context), options);
  };
}

function optional(text: string | undefined): ((context: BindingContext) => string) | undefined {
  if (text === undefined) return undefined;
  const template = compileBindingTemplate(text);
  return (context) => template.bind(context);
}

/** `null` when there is no such entity. */
async function readEntity(client: TableClient, partitionKey: string, rowKey: string): Promise<string> {
  try {
    return JSON.stringify(toJson(await client.getEntity<Record<string, unknown>>(partitionKey, rowKey)));
  } catch (error) {
    if (isNotFound(error)) return 'null';
    throw error;
  }
}

/** Empty when there is no such table. */
async function listEntities(client: TableClient, filter: string, take: number | undefined): Promise<object[]> {
  const found: object[] = [];
  const queryOptions = filter === '' ? {} : { filter };
  try {
    for await (const entity of client.listEntities<Record<string, unknown>>({ queryOptions })) {
      found.push(toJson(entity));
      if (found.length === take) break;
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  return found;
}

/** Only the properties that the app stored, under their stored names. */
function toJson(entity: Entity): object {
  const { etag: _etag, timestamp: _timestamp, partitionKey, rowKey, ...properties } = entity;
  const stored = Object.entries(properties).filter(([name]) => !name.startsWith('odata.'));
  const plain = stored.map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]);
  return { PartitionKey: partitionKey, RowKey: rowKey, ...Object.fromEntries(plain) };
}

interface Keys {
  readonly PartitionKey: string | undefined;
  readonly RowKey: string | undefined;
}

/** The item's own keys take precedence over those of the binding. */
function toEntity(item: unknown, keys: Keys): { partitionKey: string; rowKey: string } {
  const isEntity = typeof item === 'object' && item !== null && !Array.isArray(item);
  const { PartitionKey, RowKey, ...properties }: Record<string, unknown> = isEntity ? { ...item } : {};
  const partitionKey = PartitionKey ?? keys.PartitionKey;
  const rowKey = RowKey ?? keys.RowKey;
  if (typeof partitionKey !== 'string' || typeof rowKey !== 'string') {
    throw new TypeError('A table entity needs a PartitionKey and a RowKey, both text');
  }
  const flat = Object.entries(properties).map(([name, value]) => [
    name,
    isScalar(value) ? value : JSON.stringify(value),
  ]);
  return { ...Object.fromEntries(flat), partitionKey, rowKey };
}

/** A table stores no objects and arrays; they are stored as JSON. */
function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

async function upsert(client: TableClient, entity: { partitionKey: string; rowKey: string }): Promise<void> {
  await client.upsertEntity(entity, 'Replace').catch(async (error: unknown) => {
    if (!isNotFound(error)) throw error;
    await client.createTable();
    await client.upsertEntity(entity, 'Replace');
  });
}
