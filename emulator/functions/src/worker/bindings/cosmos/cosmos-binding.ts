import type { Container, CosmosClient, PartitionKey, SqlQuerySpec } from '@azure/cosmos';
import type { ConfigReader } from '../../../config/config-reader.ts';
import type { BindingDeclaration, BindingKind, InputBinding, OutputBinding } from '../binding.ts';
import {
  type BindingContext,
  BindingExpressionError,
  type BindingTemplate,
  compileBindingTemplate,
} from '../binding-expression.ts';
import { readBinding } from '../binding-reader.ts';
import { toOutputValues } from '../output-items.ts';
import { CosmosClients, ensureContainer } from './cosmos-clients.ts';
import { cosmosAddress, cosmosConnectionName, requiredContainer } from './cosmos-connection.ts';

const NOTHING = { json: 'null' };

/** `cosmosDB` input and output. */
export function createCosmosBinding(clients = new CosmosClients()): BindingKind {
  return {
    input: (declaration) => createCosmosInput(declaration, clients),
    output: (declaration) => createCosmosOutput(declaration, clients),
  };
}

/** `id` and `partitionKey`: that item or null; `sqlQuery`: an array; neither: every item. */
async function createCosmosInput(declaration: BindingDeclaration, clients: CosmosClients): Promise<InputBinding> {
  const binding = readBinding(declaration);
  const target = openTarget(binding, declaration, clients);
  const id = optionalTemplate(binding.text('id'));
  const partitionKey = optionalTemplate(binding.text('partitionKey'));
  const query = compileQuery(binding.text('sqlQuery'));
  return {
    async read(context) {
      const container = await target.container(context);
      const key = partitionKey?.bind(context);
      if (id) return { json: await readItem(container, id.bind(context), key) };
      const options = key === undefined ? {} : { partitionKey: await typedKey(container, key) };
      const { resources } = await container.items.query(query(context), options).fetchAll();
      return { json: JSON.stringify(resources) };
    },
  };
}

/** Upserts each item; creates database and container when the binding says `createIfNotExists`. */
async function createCosmosOutput(declaration: BindingDeclaration, clients: CosmosClients): Promise<OutputBinding> {
  const binding = readBinding(declaration);
  const target = openTarget(binding, declaration, clients);
  const create = binding.boolean('createIfNotExists') ?? false;
  const partitionKey = binding.text('partitionKey');
  const throughput = binding.integer('containerThroughput', { min: 400 });
  return {
    async write(data, context) {
      const container = await target.container(context);
      if (create) await createContainer(container, partitionKey, throughput);
      for (const item of toOutputValues(data)) await container.items.upsert(item);
    },
  };
}

interface Target {
  container(context: BindingContext): Promise<Container>;
}

function openTarget(binding: ConfigReader, declaration: BindingDeclaration, clients: CosmosClients): Target {
  const names = requiredContainer(binding);
  const databaseName = compileBindingTemplate(names.databaseName);
  const containerName = compileBindingTemplate(names.containerName);
  const address = cosmosAddress(cosmosConnectionName(binding), declaration.env);
  return {
    async container(context) {
      const client: CosmosClient = await clients.get(address);
      return client.database(databaseName.bind(context)).container(containerName.bind(context));
    },
  };
}

function optionalTemplate(text: string | undefined): BindingTemplate | undefined {
  return text ? compileBindingTemplate(text) : undefined;
}

/** `null` when there is no such item. */
async function readItem(container: Container, id: string, key: string | undefined): Promise<string> {
  const partitionKey = key === undefined ? undefined : await typedKey(container, key);
  const { resource } = await container.item(id, partitionKey).read<object>();
  return resource === undefined ? NOTHING.json : JSON.stringify(resource);
}

/** A key is text in a binding; `["a",1]` gives a hierarchical key its levels. */
async function typedKey(container: Container, key: string): Promise<PartitionKey> {
  if (!key.startsWith('[')) return key;
  const { resource } = await container.read();
  if ((resource?.partitionKey?.paths.length ?? 0) < 2) return key;
  const levels: PartitionKey = JSON.parse(key); // the service rejects levels that are not valid
  return levels;
}

/**
 * Each `{name}` becomes a parameter, so that a value can never change the query (CosmosDBSqlResolutionPolicy). There the
 * name must be that of a whole value: with `{Query.pk}` each invocation fails in Azure.
 */
function compileQuery(sql: string | undefined): (context: BindingContext) => SqlQuerySpec {
  if (!sql) return () => ({ query: 'SELECT * FROM c' });
  const names: string[] = [];
  const query = sql.replace(/\{([^{}]+)\}/g, (_whole, name: string) => `@p${names.push(name) - 1}`);
  const templates = names.map((name) => compileBindingTemplate(`{${name}}`));
  const dotted = names.find((name) => name.includes('.'));
  if (dotted !== undefined) {
    return () => {
      throw new BindingExpressionError(
        `The expression '{${dotted}}' in sqlQuery does not resolve to a value: a query takes names without a dot alone, such as '{${dotted.slice(dotted.lastIndexOf('.') + 1).trim()}}'`,
      );
    };
  }
  return (context) => ({
    query,
    parameters: templates.map((template, index) => ({ name: `@p${index}`, value: template.bind(context) })),
  });
}

async function createContainer(
  container: Container,
  path: string | undefined,
  throughput: number | undefined,
): Promise<void> {
  await ensureContainer(container.database, {
    id: container.id,
    ...(path !== undefined && { partitionKey: { paths: [path] } }),
    ...(throughput !== undefined && { throughput }),
  });
}
