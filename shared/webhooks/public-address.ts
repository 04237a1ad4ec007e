import ipaddr from 'ipaddr.js';

/** What a notification may be sent to. */
export type AddressPolicy = 'public' | 'publicOrPrivate';

/**
 * What clouds tell a machine of itself, credentials included, beside the link-local addresses (169.254.169.254, fe80::/10):
 * Azure's platform ("What is IP address 168.63.129.16?"), Alibaba Cloud, Oracle Cloud, AWS, Google Cloud.
 */
const METADATA = ['168.63.129.16/32', '100.100.100.200/32', '192.0.0.192/32', 'fd00:ec2::/32', 'fd20:ce::/32'].map(
  (block) => ipaddr.parseCIDR(block),
);
/** Ranges by the names of `ipaddr.js`, and blocks that it does not name: addresses that carry an IPv4 address inside. */
const CARRYING_IPV4: readonly string[] = ['6to4', 'teredo', 'rfc6052', 'rfc6145', 'ipv4Mapped'];
/** Local NAT64 (RFC 8215), and IPv4-compatible (RFC 4291, section 2.5.5.1), which `::1` looks like and is not. */
const CARRYING_IPV4_BLOCKS = ['64:ff9b:1::/48', '::/96'].map((block) => ipaddr.IPv6.parseCIDR(block));
/** ISATAP (RFC 5214): the interface's id says that an IPv4 address follows. */
const ISATAP = [0x5e, 0xfe];
/** All that is routed over the internet: IANA's registry of IPv6 address space. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address may be connected to. Public are those that the whole internet reaches. Under every policy out of reach
 * are instance metadata and its like, and the forms that carry an IPv4 address inside (6to4, NAT64, Teredo): what that is, is
 * decided by whoever unwraps it. Only the IPv4-mapped form is unwrapped here, where private addresses may be.
 *
 * @param address as DNS answers it; one that is none may not be connected to
 */
export function isAllowed(address: string, policy: AddressPolicy): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (isMetadata(parsed) || (parsed instanceof ipaddr.IPv6 && carriesIpv4(parsed))) return false;
  if (policy === 'publicOrPrivate') return true;
  if (ipaddr.parse(address).kind() !== parsed.kind()) return false; // IPv4-mapped
  return parsed.range() === 'unicast' && (parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST));
}

function isMetadata(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  if (address.range() === 'linkLocal') return true;
  return METADATA.some(([block, bits]) => block.kind() === address.kind() && address.match(block, bits));
}

function carriesIpv4(address: ipaddr.IPv6): boolean {
  const range = address.range();
  if (range === 'loopback' || range === 'unspecified') return false;
  if (CARRYING_IPV4.includes(range) || CARRYING_IPV4_BLOCKS.some((block) => address.match(block))) return true;
  const [first = 0, second = 0, third, fourth] = address.toByteArray().slice(8, 12);
  return (first & 0xfc) === 0 && second === 0 && third === ISATAP[0] && fourth === ISATAP[1];
}
