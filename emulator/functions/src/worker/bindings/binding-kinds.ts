import type { BindingKinds } from './binding.ts';

/** The inputs and outputs, besides HTTP's, that a function may have here. */
export const BINDING_KINDS: BindingKinds = new Map([
  ['blob', async () => (await import('./blob/blob-binding.ts')).blobBinding],
  ['table', async () => (await import('./table/table-binding.ts')).tableBinding],
  ['queue', async () => (await import('./queue/queue-binding.ts')).queueBinding],
  ['cosmosdb', async () => (await import('./cosmos/cosmos-binding.ts')).createCosmosBinding()],
  ['eventgrid', async () => (await import('./event-grid/event-grid-binding.ts')).eventGridBinding],
]);
