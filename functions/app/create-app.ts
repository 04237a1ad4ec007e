import { hkdfSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { app } from '@azure/functions';
import { createSimulator, type Simulator } from '../../shared/domain/simulator/simulator.ts';
import { NO_TELEMETRY, type Telemetry } from '../../shared/domain/telemetry.ts';
import type { RouteName } from '../../shared/graph-http/routes.ts';
import { createJwtAuthenticator } from '../../shared/identity/jwt-authenticator.ts';
import { createSigningKeys } from '../../shared/identity/signing-keys.ts';
import { createCosmosClient } from '../../shared/persistence/cosmos-client.ts';
import { createCosmosPlanRepository } from '../../shared/persistence/cosmos-plan-repository.ts';
import {
  type CosmosOperationRepository,
  createCosmosOperationRepository,
} from '../../shared/persistence/operations/cosmos-operation-repository.ts';
import type { Environment } from '../../shared/settings/app-settings.ts';
import { readSettings } from '../../shared/settings/settings.ts';
import type { TelemetrySettings } from '../../shared/telemetry/app-telemetry.ts';
import { loadTelemetry } from '../../shared/telemetry/load-telemetry.ts';
import { parseScenarios } from '../../shared/validation/scenarios.ts';
import { listDeadLettersHandler } from '../notifications/ListDeadLetters/handler.ts';
import { redeliverDeadLettersHandler } from '../notifications/RedeliverDeadLetters/handler.ts';
import { healthHandler } from '../service/Health/handler.ts';
import { healthReadyHandler } from '../service/HealthReady/handler.ts';
import { tryItHandler } from '../service/TryIt/handler.ts';
import { type RouteHandlers, wildcardRouteHandler } from '../service/WildcardRoute/handler.ts';
import { createGraphHandlers, type GraphDependencies } from './graph-handlers.ts';
import { redactErrors, traceInvocations } from './invocation-hooks.ts';
import { createNotificationService, type NotificationService } from './notification-service.ts';
import { createRouteRegistrar } from './route-registrar.ts';

/** What the functions of a process have in common. */
export interface App {
  /** Registers an HTTP function of the table of routes, unless settings turn it off. */
  registerRoute(name: RouteName): void;
  /** Null: changes are not recorded, and nobody can be notified. */
  readonly notifications: NotificationService | null;
  /** Null: operations stay as they are created. */
  readonly simulator: Simulator | null;
  /** Settles once the issuer's keys are here and the database was reached, or was not: requests try again. */
  readonly connected: Promise<unknown>;
}

/** In the root of the function app, where every host starts the worker. */
const SCENARIO_FILE = 'lro-scenarios.json';

/**
 * Reads the settings and composes everything from them: adapters, then handlers. To be called while the host loads the
 * app: later it takes no hooks.
 *
 * @throws SettingsError
 */
export function createApp(env: Environment): App {
  const settings = readSettings(env);
  redactErrors();
  const loading = settings.telemetry && startTelemetry(settings.telemetry);
  const telemetry: Telemetry = loading ?? NO_TELEMETRY;
  const { auth, cosmos } = settings;
  const common = { now: Date.now, newId: randomUUID, server: settings.server, telemetry };
  const store = { ...cosmos, client: createCosmosClient(cosmos, loading), startTimer };
  const keys = createSigningKeys(auth.issuer, common);
  const repository = createCosmosOperationRepository({
    ...store,
    changes: settings.notifications.recorded ? common : null,
  });
  // What the first request would otherwise wait for, while the host still starts. Not awaited: the app serves without.
  const connected = Promise.all([keys.prefetch(), repository.prepare()]);
  const notifications = settings.notifications.recorded
    ? createNotificationService({ ...common, settings: settings.notifications, store })
    : null;
  const simulator = settings.simulator
    ? createSimulator({
        ...common,
        plans: createCosmosPlanRepository(store),
        scenarios: parseScenarios(readFileSync(SCENARIO_FILE, 'utf8')),
        operations: repository,
      })
    : null;
  const dependencies: GraphDependencies = {
    ...common,
    evolvableEnums: settings.evolvableEnums,
    authenticator: createJwtAuthenticator({ ...auth, keys, now: common.now }),
    repository,
    simulator,
    notifications,
    // Another secret makes open next links invalid.
    pagingKey: new Uint8Array(hkdfSync('sha256', settings.pagingSecret, '', 'paging', 32)),
  };
  const handlers = createHandlers(dependencies, { repository, notifications, tryIt: settings.tryIt });
  return { registerRoute: createRouteRegistrar(handlers, app.http), notifications, simulator, connected };
}

interface Hosting {
  readonly repository: CosmosOperationRepository;
  readonly notifications: NotificationService | null;
  readonly tryIt: boolean;
}

/** The handlers of all HTTP functions that are served, with the catch-all in front of them. */
function createHandlers(dependencies: GraphDependencies, { repository, notifications, tryIt }: Hosting): RouteHandlers {
  const handlers: RouteHandlers = {
    ...createGraphHandlers(dependencies),
    Health: healthHandler(dependencies),
    HealthReady: healthReadyHandler({ ...dependencies, store: repository }),
    ...(notifications && {
      ListDeadLetters: listDeadLettersHandler(notifications),
      RedeliverDeadLetters: redeliverDeadLettersHandler(notifications),
    }),
    ...(tryIt && { TryIt: tryItHandler({ ...dependencies, readViewerFile }) }),
  };
  return { ...handlers, WildcardRoute: wildcardRouteHandler({ ...dependencies, handlers }) };
}

function startTelemetry(settings: TelemetrySettings) {
  const telemetry = loadTelemetry(settings, {
    elapsed: () => performance.now(),
    onFailure: (error) => process.emitWarning(`Telemetry is not exported: ${String(error)}`),
  });
  traceInvocations(telemetry);
  return telemetry;
}

function startTimer(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

/** A file of `swagger-ui-dist`, which is there wherever the repository's packages are installed, and not deployed. */
async function readViewerFile(name: string): Promise<string> {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return readFile(join(folder, name), 'utf8');
}
