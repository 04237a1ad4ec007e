import { isIP } from 'node:net';
import { type AddressPolicy, isAllowed } from './public-address.ts';

/**
 * Why nothing is sent to a URL, from what the URL itself says; null: nothing speaks against it. `URL` has already made
 * one form of all ways to write an address (`2130706433`, `0x7f.1`, `[::ffff:7f00:1]`).
 */
export function rejectionOf(url: string, policy: AddressPolicy): string | null {
  if (!URL.canParse(url)) return 'The URL is not valid';
  const { protocol, hostname, username, password } = new URL(url);
  if (protocol !== 'https:' && !(policy === 'publicOrPrivate' && protocol === 'http:'))
    return 'The scheme of the URL is not https';
  if (username || password) return 'The URL carries credentials';
  const host = hostname.replace(/^\[|\]$/g, '');
  // Sockets look up names alone.
  if (isIP(host) && !isAllowed(host, policy)) return 'The host of the URL is not a public address';
  return null;
}
