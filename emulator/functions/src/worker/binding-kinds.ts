import type { BindingKinds } from '../bindings/binding.ts';

/** The inputs and outputs, besides HTTP's, that a function may have here. */
export const BINDING_KINDS: BindingKinds = new Map([
  ['blob', async () => (await import('../bindings/blob/blob-binding.ts')).blobBinding],
  ['table', async () => (await import('../bindings/table/table-binding.ts')).tableBinding],
  ['queue', async () => (await import('../bindings/queue/queue-binding.ts')).queueBinding],
  ['cosmosdb', async () => (await import('../bindings/cosmos/cosmos-binding.ts')).createCosmosBinding()],
  ['eventgrid', async () => (await import('../bindings/event-grid/event-grid-binding.ts')).eventGridBinding],
]);
