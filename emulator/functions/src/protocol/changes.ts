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
