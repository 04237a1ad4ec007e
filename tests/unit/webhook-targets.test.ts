import fc from 'fast-check';
import { isAllowed } from '../../shared/webhooks/public-address.ts';
import { readRetryAfter } from '../../shared/webhooks/retry-after.ts';
import { rejectionOf } from '../../shared/webhooks/target-url.ts';

describe('isAllowed()', () => {
  test.each(['8.8.8.8', '1.1.1.1', '20.190.128.0', '2001:4860:4860::8888', '2a00:1450:4001:81b::200e'])(
    'lets %s pass under either policy',
    (address) => {
      expect(isAllowed(address, 'public')).toBe(true);
      expect(isAllowed(address, 'publicOrPrivate')).toBe(true);
    },
  );

  test.each([
    ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '127.0.0.1', '127.255.255.254', '172.16.0.1', '172.31.255.255'],
    ...['192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.51.100.1', '203.0.113.1'],
    ...['224.0.0.1', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', 'fc00::1', 'fd00::1'],
    ...['fec0::1', 'ff02::1', '2001:db8::1', '2001:10::1', '100::1', '3fff::1', '5f00::1', '4000::1'],
  ])('keeps %s out unless private addresses may be', (address) => {
    expect(isAllowed(address, 'public')).toBe(false);
    expect(isAllowed(address, 'publicOrPrivate')).toBe(true);
  });

  test.each([
    ...['169.254.169.254', '169.254.0.1', '169.254.170.2', '168.63.129.16', '100.100.100.200', '192.0.0.192'],
    ...['fe80::1', 'fe80::a9fe:a9fe', 'fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', '::ffff:a83f:8110'],
    ...['::7f00:1', '::ffff:0:7f00:1', '64:ff9b::7f00:1', '64:ff9b::8.8.8.8', '64:ff9b:1::a00:1', '2002:7f00:1::'],
    ...['2001::1', 'fd00::5efe:a9fe:a9fe', '2001:4860::200:5efe:a9fe:a9fe'],
  ])('keeps %s out under either policy', (address) => {
    expect(isAllowed(address, 'public')).toBe(false);
    expect(isAllowed(address, 'publicOrPrivate')).toBe(false);
  });

  const byte = fc.integer({ min: 0, max: 255 });
  const metadata = fc.oneof(
    fc.constantFrom([169, 254, 169, 254], [100, 100, 100, 200], [192, 0, 0, 192], [168, 63, 129, 16]),
    fc.tuple(byte, byte).map(([c, d]) => [169, 254, c, d]),
  );
  const words = (bytes: readonly number[]) => {
    const hex = bytes.map((one) => one.toString(16).padStart(2, '0')).join('');
    return `${hex.slice(0, 4)}:${hex.slice(4)}`;
  };
  const FORMS: readonly ((bytes: readonly number[]) => string)[] = [
    (bytes) => bytes.join('.'),
    (bytes) => `::ffff:${bytes.join('.')}`,
    (bytes) => `::ffff:${words(bytes)}`,
    (bytes) => `0:0:0:0:0:FFFF:${words(bytes).toUpperCase()}`,
    (bytes) => `::${words(bytes)}`,
    (bytes) => `::ffff:0:${words(bytes)}`,
    (bytes) => `64:ff9b::${bytes.join('.')}`,
    (bytes) => `64:ff9b:1::${words(bytes)}`,
    (bytes) => `64:ff9b:1:${words(bytes)}::`,
    (bytes) => `2002:${words(bytes)}::`,
    (bytes) => `2002:${words(bytes)}::1`,
    (bytes) => `2001:0:1:1::${words(bytes.map((one) => one ^ 0xff))}`,
    (bytes) => `fd00::5efe:${words(bytes)}`,
  ];

  test('keeps metadata out under either policy, in whatever form it is written', () => {
    fc.assert(
      fc.property(metadata, fc.constantFrom(...FORMS), (bytes, form) => {
        for (const policy of ['public', 'publicOrPrivate'] as const) {
          expect([form(bytes), isAllowed(form(bytes), policy)]).toEqual([form(bytes), false]);
          const host = form(bytes).includes(':') ? `[${form(bytes)}]` : form(bytes);
          expect(rejectionOf(`https://${host}/latest/meta-data/`, policy)).not.toBeNull();
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test.each(['', 'localhost', '1.2.3.4.5', ':::', '8.8.8.8 '])('keeps %j out, which is no address', (address) => {
    expect(isAllowed(address, 'publicOrPrivate')).toBe(false);
  });

  test('never lets an IPv6 address pass that carries a private IPv4 address at its end or after its prefix', () => {
    const octet = fc.integer({ min: 0, max: 255 });
    const prefixes = fc.constantFrom('::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::');
    fc.assert(
      fc.property(prefixes, octet, octet, octet, (prefix, b, c, d) => {
        expect(isAllowed(`${prefix}10.${b}.${c}.${d}`, 'public')).toBe(false);
      }),
    );
  });
});

describe('rejectionOf()', () => {
  test.each(['https://receiver.example/', 'https://receiver.example:8443/a?b=c', 'https://8.8.8.8/'])(
    'has nothing against %s',
    (url) => {
      expect(rejectionOf(url, 'public')).toBeNull();
    },
  );

  test.each([
    ...['http://receiver.example/', 'ftp://receiver.example/', 'file:///etc/passwd', 'gopher://x/', 'javascript:0'],
    ...['', '//receiver.example', 'https://', 'https://a b/'],
    ...['https://user@receiver.example/', 'https://user:secret@receiver.example/', 'https://:p@receiver.example/'],
    ...['https://127.0.0.1/', 'https://2130706433/', 'https://0177.0.0.1/', 'https://0x7f.1/', 'https://127.1/'],
    ...['https://[::1]/', 'https://[::ffff:127.0.0.1]/', 'https://[::ffff:7f00:1]/', 'https://①②⑦.0.0.1/'],
    ...['https://169.254.169.254/latest/meta-data/', 'https://0/', 'https://0.0.0.0/', 'https://10.0.0.1:8443/'],
  ])('rejects %s', (url) => {
    expect(rejectionOf(url, 'public')).toEqual(expect.stringMatching(/^The (?:URL|scheme|host)/));
  });

  test('lets http and loopback pass where private addresses may be, and neither credentials nor metadata', () => {
    expect(rejectionOf('http://127.0.0.1:9000/hook', 'publicOrPrivate')).toBeNull();
    expect(rejectionOf('http://user@127.0.0.1/', 'publicOrPrivate')).not.toBeNull();
    expect(rejectionOf('http://169.254.169.254/', 'publicOrPrivate')).not.toBeNull();
    expect(rejectionOf('ws://127.0.0.1/', 'publicOrPrivate')).not.toBeNull();
  });
});

test.each([
  ['120', 120_000],
  ['0', 0],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 50_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['soon', null],
  ['99999999999999999999', null],
  [undefined, null],
])('readRetryAfter() reads %j as %j milliseconds', (header, expected) => {
  expect(readRetryAfter(header, 10_000)).toBe(expected);
});
