import { createCipheriv, createHmac, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import type { EncryptedContent, ReadResourceData } from '../../domain/notifications/notification-format.ts';
import type { OperationChange } from '../../domain/notifications/operation-change.ts';
import type { ResourceDataOptions, Subscription } from '../../domain/notifications/subscription.ts';
import type { OperationRepository } from '../../domain/operation-repository.ts';
import { resourceProperties } from './notification-format.ts';
import { toProperties } from './response.ts';

export interface ResourceDataDependencies {
  readonly operations: Pick<OperationRepository, 'get'>;
  /** A token for a receiver's application, by which it knows that the notification is ours. */
  validationToken(applicationId: string): Promise<string>;
}

/**
 * What notifications carry of the operations, for subscriptions that ask for it: each operation as it is when its change
 * is sent, encrypted for the subscription's certificate, and the tokens that prove who sends.
 */
export function resourceDataReader({ operations, validationToken }: ResourceDataDependencies): ReadResourceData {
  return async (subscription, changes) => {
    const { resourceData } = subscription;
    if (!resourceData) return null;
    const applicationId = receiverOf(subscription, resourceData);
    const certificate = new X509Certificate(Buffer.from(resourceData.certificate, 'base64'));
    const contents = changes.map(async (change) => {
      const text = JSON.stringify(await readResource(change, operations));
      return [change.id, encrypt(text, certificate, resourceData.certificateId)] as const;
    });
    return {
      contents: new Map(await Promise.all(contents)),
      validationTokens: applicationId === null ? [] : [await validationToken(applicationId)],
    };
  };
}

function receiverOf({ owner }: Subscription, { applicationId }: ResourceDataOptions): string | null {
  return applicationId ?? owner.applicationId;
}

/** Of one that is gone there is its name alone. */
async function readResource(change: OperationChange, operations: ResourceDataDependencies['operations']) {
  const { resourceData } = resourceProperties(change);
  const stored = change.changeType === 'deleted' ? null : await operations.get(change.chatId, change.operationId);
  if (!stored) return resourceData;
  return { ...resourceData, ...toProperties(stored.operation, { enums: 'asStored', select: null, metadata: 'none' }) };
}

const KEY_BYTES = 32;
const IV_BYTES = 16;

/**
 * As Graph documents it ("Set up change notifications that include resource data"): AES-256 in CBC mode with PKCS #7
 * padding, whose key is a new one for each notification and whose IV is the key's beginning; the key by RSA-OAEP with SHA-1.
 */
function encrypt(text: string, certificate: X509Certificate, certificateId: string): EncryptedContent {
  const key = randomBytes(KEY_BYTES);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, IV_BYTES));
  const data = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return {
    data: data.toString('base64'),
    dataSignature: createHmac('sha256', key).update(data).digest('base64'),
    dataKey: publicEncrypt({ key: certificate.publicKey, oaepHash: 'sha1' }, key).toString('base64'),
    encryptionCertificateId: certificateId,
    encryptionCertificateThumbprint: certificate.fingerprint.replaceAll(':', ''),
  };
}

/** Graph takes RSA keys of these sizes. */
const MIN_KEY_BITS = 2_048;
const MAX_KEY_BITS = 4_096;

/**
 * Why resource data cannot be encrypted for a certificate, in Graph's words where they are known; null: it can.
 *
 * @param certificate Base64
 */
export function problemOfCertificate(certificate: string, now: number): string | null {
  const parsed = parseCertificate(certificate);
  if (!parsed) return 'Certificate validation error: Cannot find the requested object.';
  const { asymmetricKeyType, asymmetricKeyDetails } = parsed.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (asymmetricKeyType !== 'rsa' || bits < MIN_KEY_BITS || bits > MAX_KEY_BITS)
    return `Certificate validation error: The key must be an RSA key of ${MIN_KEY_BITS} to ${MAX_KEY_BITS} bits.`;
  if (Date.parse(parsed.validTo) <= now) return 'Certificate validation error: The certificate has expired.';
  return null;
}

function parseCertificate(certificate: string): X509Certificate | null {
  if (!/^[\sA-Za-z0-9+/]+={0,2}\s*$/.test(certificate)) return null;
  try {
    return new X509Certificate(Buffer.from(certificate, 'base64'));
  } catch {
    return null;
  }
}
