import { type Container, CosmosClient } from '@azure/cosmos';
import { app } from '@azure/functions';

interface Order {
  readonly total: number;
}

let opened: Promise<Container> | undefined;

/** Opened once, by the first request. */
function orders(): Promise<Container> {
  opened ??= open();
  return opened;
}

async function open(): Promise<Container> {
  const client = new CosmosClient(process.env.COSMOS ?? '');
  const { database } = await client.databases.createIfNotExists({ id: 'shop' });
  const { container } = await database.containers.createIfNotExists({ id: 'orders', partitionKey: '/customer' });
  return container;
}

app.http('createOrder', {
  methods: ['POST'],
  route: 'orders/{customer}',
  authLevel: 'anonymous',
  handler: async (request) => {
    const { total } = (await request.json()) as Partial<Order>; // checked next
    if (typeof total !== 'number') return { status: 400, jsonBody: { error: 'total must be a number' } };
    const order = { id: crypto.randomUUID(), customer: request.params.customer, total };
    await (await orders()).items.create(order);
    return { status: 201, jsonBody: order };
  },
});

app.http('listOrders', {
  methods: ['GET'],
  route: 'orders/{customer}',
  authLevel: 'anonymous',
  handler: async (request) => {
    const container = await orders();
    const partition = { partitionKey: request.params.customer ?? '' };
    const { resources } = await container.items.query<Order>('SELECT c.id, c.total FROM c', partition).fetchAll();
    return { jsonBody: resources };
  },
});
