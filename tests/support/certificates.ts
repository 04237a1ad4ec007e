import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface CertificateOptions {
  /** Default: RSA. */
  readonly type?: 'rsa' | 'ec';
  /** Of an RSA key. Default 2048. */
  readonly bits?: number;
  /** Default: in a year. */
  readonly notAfter?: Date;
}

export interface KeyPair {
  /** The certificate as subscriptions take it: DER in Base64. */
  readonly certificate: string;
  readonly privateKey: KeyObject;
}

const YEAR_MS = 365 * 24 * 60 * 60 * 1_000;
const SHA256_RSA = '2a864886f70d01010b';
const SHA256_ECDSA = '2a8648ce3d040302';
const COMMON_NAME = '550403';

/** A certificate that signs itself, with a key of its own: RFC 5280, section 4.1. */
export function newCertificate({ type = 'rsa', bits = 2_048, notAfter }: CertificateOptions = {}): KeyPair {
  const { publicKey, privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: bits })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = type === 'rsa' ? sequence(oid(SHA256_RSA), der(0x05)) : sequence(oid(SHA256_ECDSA));
  const name = sequence(der(0x31, sequence(oid(COMMON_NAME), der(0x0c, Buffer.from('receiver')))));
  const end = notAfter ?? new Date(Date.now() + YEAR_MS);
  const content = sequence(
    der(0xa0, integer(2)),
    integer(1),
    algorithm,
    name,
    sequence(time(new Date(end.getTime() - 2 * YEAR_MS)), time(end)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = sequence(content, algorithm, der(0x03, Buffer.from([0]), signature));
  return { certificate: certificate.toString('base64'), privateKey };
}

/** A value of ASN.1 in DER: tag, length, content. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

function sequence(...members: readonly Buffer[]): Buffer {
  return der(0x30, ...members);
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.from([value]));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function time(date: Date): Buffer {
  return der(0x18, Buffer.from(`${date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')}`));
}
