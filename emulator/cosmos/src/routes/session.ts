import type { Account } from '../account/account.ts';
import type { Container } from '../account/container.ts';
import { assertSessionAvailable, parseSessionToken } from '../model/requests/session-token.ts';
import { rangeAddressedBy } from './addressed.ts';
import { header, type RouteRequest } from './request.ts';

/** @throws CosmosError NotFound, 1002, when the client has seen what this server has not, where the request reads */
export function assertSession(account: Account, container: Container, request: RouteRequest): void {
  const token = header(request, 'x-ms-session-token');
  if (token === undefined || token === '') return;
  const seen = parseSessionToken(token);
  const read = rangeAddressedBy(container, request);
  for (const [range, name] of container.lsnCounters.entries())
    if (read === undefined || read === range) assertSessionAvailable(seen, range, account.store.counters.current(name));
}
