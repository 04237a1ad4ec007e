import { CosmosError } from '../model/errors.ts';

/** Entity tags with their quotes, or `*`. */
export interface Preconditions {
  readonly ifMatch?: string;
  readonly ifNoneMatch?: string;
}

/** @throws CosmosError PreconditionFailed when the resource is not the one that the client has seen */
export function assertIfMatch({ ifMatch }: Preconditions, etag: string): void {
  if (ifMatch === undefined || ifMatch === '*' || unquoted(ifMatch) === unquoted(etag)) return;
  throw preconditionFailed();
}

export function preconditionFailed(): CosmosError {
  return new CosmosError(
    'PreconditionFailed',
    'Operation cannot be performed because one of the specified precondition is not met.',
  );
}

/** True when the client has this state already. */
export function isNotModified({ ifNoneMatch }: Preconditions, etag: string): boolean {
  return ifNoneMatch !== undefined && (ifNoneMatch === '*' || unquoted(ifNoneMatch) === unquoted(etag));
}

/** Clients send entity tags with and without their quotes. */
function unquoted(etag: string): string {
  return etag.startsWith('"') && etag.endsWith('"') ? etag.slice(1, -1) : etag;
}
