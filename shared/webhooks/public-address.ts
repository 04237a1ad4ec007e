import ipaddr from 'ipaddr.js';

/** What a notification may be sent to. */
export type AddressPolicy = 'public' | 'publicOrPrivate';

/** Azure's own services for a virtual machine, at an address that looks like any other: "What is IP address 168.63.129.16?" */
const AZURE_PLATFORM = '168.63.129.16';
/** All that is routed over the internet: IANA's registry of IPv6 address space. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address may be connected to. Public are those that the whole internet reaches, and no form that carries an
 * IPv4 address inside (IPv4-mapped, 6to4, NAT64): what that is, is decided by whoever unwraps it. Instance metadata and
 * its like are out of reach under every policy.
 *
 * @param address as DNS answers it; one that is none may not be connected to
 */
export function isAllowed(address: string, policy: AddressPolicy): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  const range = parsed.range();
  if (range === 'linkLocal' || parsed.toString() === AZURE_PLATFORM) return false;
  if (policy === 'publicOrPrivate') return true;
  if (ipaddr.parse(address).kind() !== parsed.kind()) return false; // IPv4-mapped
  return range === 'unicast' && (parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST));
}
