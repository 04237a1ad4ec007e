import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { type AddressPolicy, isAllowed } from './public-address.ts';

/** All addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The name stands for an address that must not be connected to. */
export class ForbiddenAddressError extends Error {
  readonly code = 'ForbiddenAddress';

  constructor() {
    super('The host of the URL is not a public address');
    this.name = 'ForbiddenAddressError';
  }
}

/**
 * A look-up for sockets, which connect to exactly what it answers: no second look-up can have another answer. A name
 * with any address that is not allowed is refused as a whole.
 */
export function checkedLookup(resolve: Resolve, policy: AddressPolicy): LookupFunction {
  return (hostname, { all }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (!first || addresses.some(({ address }) => !isAllowed(address, policy)))
          callback(new ForbiddenAddressError(), '');
        else if (all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}
