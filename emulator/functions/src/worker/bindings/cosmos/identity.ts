import type { TokenCredential } from '@azure/identity';
import { ConfigError } from '../../../errors.ts';
import { loadOptionalPackage } from '../optional-package.ts';

/** The identity that a connection without a key uses. */
export type Identity =
  | { readonly kind: 'managed'; readonly clientId?: string; readonly resourceId?: string }
  | { readonly kind: 'clientSecret'; readonly tenantId: string; readonly clientId: string; readonly secret: string }
  /** The first that is available: the environment, the machine's managed identity, a signed-in developer. */
  | { readonly kind: 'default'; readonly tenantId?: string; readonly clientId?: string };

/**
 * Reads the identity properties below a connection's name, which are the same for all services
 * (azure-sdk-for-net, Microsoft.Extensions.Azure `ClientFactory.CreateCredential`).
 *
 * @param properties by name in lower case
 * @throws ConfigError for a kind of credential that is not emulated
 */
export function readIdentity(name: string, properties: ReadonlyMap<string, string>): Identity {
  const credential = properties.get('credential');
  const resourceId = properties.get('managedidentityresourceid');
  const [tenantId, clientId, secret] = ['tenantid', 'clientid', 'clientsecret'].map((key) => properties.get(key));
  if (credential && credential.toLowerCase() !== 'managedidentity')
    throw new ConfigError(`'${name}__credential' is '${credential}': only managedidentity is emulated`);
  if (credential) return { kind: 'managed', ...(clientId && { clientId }), ...(resourceId && { resourceId }) };
  if (tenantId && clientId && secret) return { kind: 'clientSecret', tenantId, clientId, secret };
  return { kind: 'default', ...(tenantId && { tenantId }), ...(clientId && { clientId }) };
}

/** Loads `@azure/identity` on first use. @throws ConfigError when it is not installed */
export async function openCredential(identity: Identity): Promise<TokenCredential> {
  const { ClientSecretCredential, DefaultAzureCredential, ManagedIdentityCredential } = await loadOptionalPackage(
    '@azure/identity',
    'A connection without a key',
    () => import('@azure/identity'),
  );
  if (identity.kind === 'clientSecret')
    return new ClientSecretCredential(identity.tenantId, identity.clientId, identity.secret);
  const { clientId } = identity;
  if (identity.kind === 'default') {
    const { tenantId } = identity;
    return new DefaultAzureCredential({
      ...(tenantId !== undefined && { tenantId }),
      ...(clientId !== undefined && { managedIdentityClientId: clientId }),
    });
  }
  const { resourceId } = identity;
  if (resourceId !== undefined) return new ManagedIdentityCredential({ resourceId });
  return clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}
