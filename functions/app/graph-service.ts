import { hkdfSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createLaboratory } from '../../shared/domain/simulator/simulator.ts';
import type { FunctionHandler } from '../../shared/graph-http/frame.ts';
import { createJwtAuthenticator } from '../../shared/identity/jwt-authenticator.ts';
import { createSigningKeys } from '../../shared/identity/signing-keys.ts';
import { createCosmosPlanRepository } from '../../shared/persistence/cosmos-plan-repository.ts';
import {
  type CosmosOperationRepository,
  createCosmosOperationRepository,
} from '../../shared/persistence/operations/cosmos-operation-repository.ts';
import { parseScenarios } from '../../shared/validation/scenarios.ts';
import { tryItHandler } from '../service/TryIt/handler.ts';
import {
  createDispatcher,
  createGraphHandlers,
  createSubscriptionTable,
  createTargetHandler,
  type GraphPorts,
} from './graph-handlers.ts';
import { notificationService } from './notification-service.ts';
import { processParts, startTimer } from './process-parts.ts';
import type { SubscriptionHandlers } from './subscription-handlers.ts';

export interface GraphService {
  readonly ports: GraphPorts;
  readonly handlers: ReturnType<typeof createGraphHandlers>;
  /** What tells whether operations can be stored. */
  readonly store: Pick<CosmosOperationRepository, 'check'>;
  /** Answers any request, whatever its URL. */
  readonly dispatch: FunctionHandler;
  /** Null where there is no laboratory. */
  readonly target: FunctionHandler | null;
  /** Null where nobody can subscribe. */
  readonly subscriptions: SubscriptionHandlers | null;
  /** Settles once the issuer's keys are here and the database was reached, or was not: requests try again. */
  readonly connected: Promise<unknown>;
  /** The page to try the API; null where it is not wanted. */
  readonly tryIt: FunctionHandler | null;
}

/** In the root of the function app, where every host starts the worker. */
const SCENARIO_FILE = 'lro-scenarios.json';

let service: GraphService | undefined;

/**
 * What all functions share, made by the first that asks: one Cosmos client and one set of signing keys for the process,
 * as their libraries want it.
 *
 * @throws SettingsError
 */
export function graphService(): GraphService {
  service ??= composeService();
  return service;
}

function composeService(): GraphService {
  const { settings, client, telemetry } = processParts();
  const { auth, cosmos, pagingSecret, server, evolvableEnums, laboratory, notifications, tryIt } = settings;
  const now = () => Date.now();
  const keys = createSigningKeys(auth.issuer, { now });
  const repository = createCosmosOperationRepository({
    ...{ ...cosmos, client, startTimer },
    changes: notifications.recorded ? { now, newId: randomUUID } : null,
  });
  // What the first request would otherwise wait for, while the host still starts. Not awaited: the app serves without.
  const connected = Promise.all([keys.prefetch(), repository.prepare()]);
  const ports: GraphPorts = {
    ...{ now, newId: randomUUID, server, evolvableEnums, telemetry },
    authenticator: createJwtAuthenticator({ ...auth, keys, now }),
    repository,
    laboratory: laboratory
      ? createLaboratory({
          plans: createCosmosPlanRepository({ database: cosmos.database, client, startTimer }),
          scenarios: parseScenarios(readFileSync(SCENARIO_FILE, 'utf8')),
          ...{ operations: repository, now, newId: randomUUID },
        })
      : null,
    notifications: notificationService(),
    // Another secret makes open next links invalid.
    pagingKey: new Uint8Array(hkdfSync('sha256', pagingSecret, '', 'paging', 32)),
  };
  const handlers = createGraphHandlers(ports);
  return {
    ...{ ports, handlers, dispatch: createDispatcher(ports, handlers), target: createTargetHandler(ports) },
    store: repository,
    subscriptions: createSubscriptionTable(ports),
    connected,
    tryIt: tryIt ? tryItHandler({ ...ports, readViewerFile }) : null,
  };
}

/** A file of `swagger-ui-dist`, which is there wherever the repository's packages are installed, and not deployed. */
async function readViewerFile(name: string): Promise<string> {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return readFile(join(folder, name), 'utf8');
}
