import { hkdfSync, randomUUID } from 'node:crypto';
import { createJwtAuthenticator } from '../identity/jwt-authenticator.ts';
import { createSigningKeys } from '../identity/signing-keys.ts';
import { createCosmosOperationRepository } from '../persistence/cosmos-operation-repository.ts';
import { readSettings } from '../settings/settings.ts';
import { createGraphHandlers, type GraphPorts } from './graph-handlers.ts';

export interface GraphService {
  readonly ports: GraphPorts;
  readonly handlers: ReturnType<typeof createGraphHandlers>;
}

let service: GraphService | undefined;

/**
 * What all functions share, made by the first that asks: one Cosmos client and one set of signing keys for the process,
 * as their libraries want it.
 *
 * @throws SettingsError
 */
export function graphService(): GraphService {
  service ??= composeService(process.env);
  return service;
}

function composeService(env: NodeJS.ProcessEnv): GraphService {
  const { cosmos, auth, server, evolvableEnums } = readSettings(env);
  const now = () => Date.now();
  const keys = createSigningKeys(auth.issuer, { now });
  const repository = createCosmosOperationRepository({ ...cosmos, startTimer });
  // What the first request would otherwise wait for, while the host still starts. Not awaited: the app serves without.
  void keys.prefetch();
  void repository.prepare();
  const ports: GraphPorts = {
    ...{ now, newId: randomUUID, server, evolvableEnums },
    authenticator: createJwtAuthenticator({ ...auth, keys, now }),
    repository,
    // The same in every instance, without a secret more to keep; another account key makes open next links invalid.
    pagingKey: new Uint8Array(hkdfSync('sha256', cosmos.key, '', 'paging', 32)),
  };
  return { ports, handlers: createGraphHandlers(ports) };
}

function startTimer(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}
