import { CosmosError } from '../errors.ts';

/**
 * The token of one physical partition: `{range id}:{version}#{LSN}`. The version is -1 and there are no region parts, as
 * the emulator and single-region accounts send it; the SDK does not merge tokens whose form changes.
 */
export function formatSessionToken(range: number, lsn: number): string {
  return `${range}:-1#${lsn}`;
}

/**
 * The LSNs that a client has seen, per physical partition, from the header `x-ms-session-token`: one or more tokens
 * joined by commas. Other versions and region parts are accepted, as tokens of the service have them.
 *
 * @throws CosmosError BadRequest when the text is anything else
 */
export function parseSessionToken(text: string): ReadonlyMap<number, number> {
  const seen = new Map<number, number>();
  for (const part of text.split(',')) {
    const match = /^(\d{1,9}):(?:-?\d{1,15}#)?(-?\d{1,15})(?:#\d{1,9}=-?\d{1,15})*$/.exec(part.trim());
    if (!match) throw new CosmosError('BadRequest', `The session token '${text.slice(0, 200)}' is invalid.`);
    seen.set(Number(match[1]), Number(match[2]));
  }
  return seen;
}

/** @throws CosmosError NotFound, substatus 1002, when the client has seen a later state than this partition has */
export function assertSessionAvailable(seen: ReadonlyMap<number, number>, range: number, lsn: number): void {
  if ((seen.get(range) ?? 0) <= lsn) return;
  throw new CosmosError('NotFound', 'The read session is not available for the input session token.', {
    substatus: 1002,
  });
}
