import type { TokenCredential } from '@azure/identity';
import { UnavailableError } from '../domain/errors.ts';

/** An identity of Microsoft Entra that has a data-plane role in the account. */
export interface AccountIdentity {
  readonly kind: 'identity';
  /** `managed`: one that Azure gives the app; `default`: whatever `DefaultAzureCredential` finds. */
  readonly source: 'managed' | 'default';
  /** Of a user-assigned identity; null: the system-assigned one. */
  readonly clientId: string | null;
}

/**
 * Loads `@azure/identity`, a megabyte and more, when the first token is asked for: an app with a key never does.
 * Without a token the store cannot be reached, whatever the reason: getToken() rejects with UnavailableError.
 */
export function lazyCredential(identity: AccountIdentity): TokenCredential {
  let loading: Promise<TokenCredential> | undefined;
  return {
    getToken: async (...request) => {
      loading ??= loadCredential(identity);
      const credential = await loading;
      return credential.getToken(...request).catch((cause: unknown) => {
        throw new UnavailableError('The store of operations cannot be reached: there is no token for it.', { cause });
      });
    },
  };
}

async function loadCredential({ source, clientId }: AccountIdentity): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import('@azure/identity');
  if (source === 'default')
    return new DefaultAzureCredential(clientId === null ? {} : { managedIdentityClientId: clientId });
  return clientId === null ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}
