/** A container, by the ids of its database and its own. */
export interface ContainerName {
  readonly database: string;
  readonly container: string;
}

/** Ids hold no slash, so no two containers have the same key. */
export function containerKey({ database, container }: ContainerName): string {
  return `${database}/${container}`;
}

/** What was written to the storage beside this host: a blob, or a queue in which a message can be received. */
export type StorageChange =
  | { readonly service: 'blob'; readonly container: string; readonly blob: string }
  | { readonly service: 'queue'; readonly queue: string };

/** Where a trigger waits for changes: `queue/orders`, `blob/uploads`. */
export type StorageSource = `${'queue' | 'blob'}/${string}`;

export function sourceOf(change: StorageChange): StorageSource {
  return change.service === 'queue' ? `queue/${change.queue}` : `blob/${change.container}`;
}

/** One notification covers all changes with the same key: every message of a queue, but each blob has its own. */
export function changeKey(change: StorageChange): string {
  return change.service === 'queue' ? sourceOf(change) : `${sourceOf(change)}/${change.blob}`;
}
