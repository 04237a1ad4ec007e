import { hkdfSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { app, type HttpFunctionOptions, type InvocationContext } from '@azure/functions';
import type { ChangeLog } from '../domain/notifications/change-log.ts';
import type { HandshakeLimit } from '../domain/notifications/handshake-limit.ts';
import type { LifecycleEvent, SubscriptionKey } from '../domain/notifications/subscription.ts';
import type { SubscriptionRepository } from '../domain/notifications/subscription-repository.ts';
import type { WebhookClient } from '../domain/notifications/webhook.ts';
import type { OperationRepository } from '../domain/operation-repository.ts';
import { createSimulator, type Simulator } from '../domain/simulator/simulator.ts';
import { isOnThisMachine } from '../domain/this-machine.ts';
import { describeFailure } from '../graph-http/errors/describe-failure.ts';
import {
  type EnvelopeDependencies,
  type FunctionHandler,
  type PipelineDependencies,
  withCheckedTarget,
} from '../graph-http/pipeline.ts';
import { RecentPolls } from '../graph-http/polling-advice.ts';
import { CATCH_ALL, ROUTE_NAMES, type RouteName, routeOf, routesOf, templateOf } from '../graph-http/routes.ts';
import { createJwtAuthenticator, createSigningKeys } from '../identity/jwt-authenticator.ts';
import { trialTokens } from '../identity/request-token.ts';
import { createCosmosClient, startTimer } from '../persistence/cosmos-client.ts';
import { createCosmosPlanRepository } from '../persistence/cosmos-plan-repository.ts';
import {
  type CosmosOperationRepository,
  createCosmosOperationRepository,
} from '../persistence/operations/cosmos-operation-repository.ts';
import { createCosmosWorkspaceRepository } from '../persistence/teams/cosmos-workspace-repository.ts';
import type { Environment } from '../settings/app-settings.ts';
import { readSettings, type Settings } from '../settings/settings.ts';
import type { Invocation, TelemetrySettings } from '../telemetry/app-telemetry.ts';
import { type LoadingTelemetry, loadTelemetry } from '../telemetry/load-telemetry.ts';
import { parseScenarios } from '../validation/scenarios.ts';
import { createNotificationService, type NotificationService } from './notification-service.ts';

/** Everything that the functions of the API need. */
export interface GraphDependencies extends PipelineDependencies {
  readonly repository: OperationRepository;
  /** Null: operations stay as they are created. */
  readonly simulator: Simulator | null;
  readonly recentPolls: RecentPolls;
  /** Null: changes are not recorded, and nobody can subscribe to them. */
  readonly notifications: SubscriptionDependencies | null;
  /** Signs the places that next links carry. */
  readonly pagingKey: Uint8Array;
}

/** What the functions of subscriptions need beside what all functions need. */
export interface SubscriptionDependencies {
  readonly subscriptions: SubscriptionRepository;
  readonly log: ChangeLog;
  readonly webhooks: WebhookClient;
  readonly handshakeLimit: HandshakeLimit;
  /** Whether notifications can carry the operations themselves. */
  readonly resourceData: boolean;
  /** Has an owner notified of an event of a subscription that did not happen. False: the subscription is gone. */
  simulateLifecycle(key: SubscriptionKey, event: LifecycleEvent): Promise<boolean>;
}

/** What the page to try the API needs. */
export interface TryItServices {
  /** Reads the text of one of the viewer's files. */
  readViewerFile(name: string): Promise<string>;
  /** A token with all delegated permissions, from the issuer on this machine; null: the issuer is elsewhere. */
  readonly requestToken: (() => Promise<string>) | null;
}

/** What the functions of a process have in common. Each composes its own handler of it. */
export interface App {
  readonly dependencies: GraphDependencies;
  /** Tells whether operations can be stored. */
  readonly store: Pick<CosmosOperationRepository, 'check'>;
  /** Null: changes are not recorded, and nobody can be notified. */
  readonly notifications: NotificationService | null;
  /** Null: operations stay as they are created. */
  readonly simulator: Simulator | null;
  /** Null: there is no page to try the API. */
  readonly tryIt: TryItServices | null;
  /** Settles once the issuer's keys are here and the database was reached, or was not: requests try again. */
  readonly connected: Promise<unknown>;
  /** Registers the HTTP function of a route. The catch-all is registered after all others. */
  readonly registerRoute: RegisterRoute;
}

/** In the root of the function app, where every host starts the worker. */
const SCENARIO_FILE = 'lro-scenarios.json';

/**
 * Reads the settings and composes everything from them: adapters, and what decides on them. To be called while the host loads the
 * app: later it takes no hooks.
 *
 * @throws SettingsError
 */
export function createApp(env: Environment): App {
  const settings = readSettings(env);
  const telemetry = settings.telemetry && startTelemetry(settings.telemetry);
  const { auth, cosmos } = settings;
  const common = { now: Date.now, newId: randomUUID, server: settings.server, telemetry };
  const store = { ...cosmos, client: createCosmosClient(cosmos, telemetry), startTimer };
  const keys = createSigningKeys(auth.issuer, common);
  const repository = createCosmosOperationRepository({
    ...store,
    changes: settings.notifications.recorded ? common : null,
  });
  // What the first request would otherwise wait for, while the host still starts. Not awaited: the app serves without.
  const connected = Promise.all([keys.prefetch(), repository.prepare()]);
  const notifications = settings.notifications.recorded
    ? createNotificationService({
        ...common,
        settings: settings.notifications,
        store,
        operations: repository,
        issuer: auth.issuer,
      })
    : null;
  const simulator = settings.simulator
    ? createSimulator({
        ...common,
        plans: createCosmosPlanRepository(store),
        workspace: createCosmosWorkspaceRepository(store),
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
    recentPolls: new RecentPolls(),
    notifications,
    // Another secret makes open next links invalid.
    pagingKey: new Uint8Array(hkdfSync('sha256', settings.pagingSecret, '', 'paging', 32)),
  };
  return {
    dependencies,
    store: repository,
    notifications,
    simulator,
    tryIt: settings.tryIt ? { readViewerFile, requestToken: trialTokensOf(auth) } : null,
    connected,
    registerRoute: createRouteRegistrar(servedRoutes(settings), { ...common, registerHttp: app.http }),
  };
}

/** The routes of the table that the settings turn on. */
function servedRoutes({ notifications, simulator, tryIt }: Settings): readonly RouteName[] {
  const off: readonly RouteName[] = [
    ...(notifications.recorded ? [] : routesOf('subscriptions', 'deadLetters')),
    ...(simulator ? [] : routesOf('teams', 'simulator')),
    ...(simulator && !notifications.recorded ? (['SimulateLifecycle'] as const) : []),
    ...(tryIt ? [] : (['TryIt'] as const)),
  ];
  return ROUTE_NAMES.filter((name) => !off.includes(name));
}

function startTelemetry(settings: TelemetrySettings) {
  const telemetry = loadTelemetry(settings, {
    elapsed: () => performance.now(),
    onFailure: (error) => process.emitWarning(`Telemetry is not exported: ${String(error)}`),
  });
  traceInvocations(telemetry);
  return telemetry;
}

/** With all delegated permissions. Null where the issuer is not on this machine: another gives none without a secret. */
function trialTokensOf({ issuer, audience }: Settings['auth']): TryItServices['requestToken'] {
  if (!isOnThisMachine(issuer)) return null;
  const scopes = ROUTE_NAMES.map((name) => routeOf(name).access).flatMap((access) => {
    return typeof access === 'string' ? [] : access.delegated;
  });
  return trialTokens({ issuer, audience, scopes: [...new Set(scopes)] });
}

/** A file of `swagger-ui-dist`, which is there wherever the repository's packages are installed, and not deployed. */
async function readViewerFile(name: string): Promise<string> {
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  return readFile(join(folder, name), 'utf8');
}

/**
 * For the function of every trigger but HTTP. What it throws goes into the log of the host, message and all, because the
 * host tries again; a request gets its failures in the response.
 */
export function withRedactedErrors<Parameters extends readonly unknown[], Result>(
  handler: (...parameters: Parameters) => Result | Promise<Result>,
): (...parameters: Parameters) => Promise<Result> {
  return async (...parameters) => {
    try {
      return await handler(...parameters);
    } catch (error) {
      throw toRedactedError(error);
    }
  };
}

function toRedactedError(error: unknown): Error {
  const description = describeFailure(error);
  const [summary = ''] = description.split('\n', 1);
  return Object.assign(new Error(summary), { stack: description });
}

/** Has every call of every function watched. To be called while the host loads the app: later it takes no hooks. */
export function traceInvocations(telemetry: LoadingTelemetry): void {
  app.hook.preInvocation(async (hook) => {
    await telemetry.loaded; // before the first call alone
    const { functionHandler: handler, invocationContext, inputs } = hook;
    const call = toInvocation(invocationContext, inputs);
    hook.functionHandler = (...parameters) => telemetry.invocation(call, async () => handler(...parameters));
  });
  app.hook.appTerminate(() => telemetry.close());
}

function toInvocation({ functionName, traceContext, options }: InvocationContext, [first]: unknown[]): Invocation {
  const { type, route } = options.trigger;
  return {
    functionName,
    traceparent: traceContext?.traceParent,
    tracestate: traceContext?.traceState,
    // The library's own request, which has a method.
    http: type === 'httpTrigger' ? { method: String(Object(first).method), route: String(route) } : null,
  };
}

/** `app.http()` of `@azure/functions`. */
export type RegisterHttp = (name: string, options: HttpFunctionOptions) => void;
export type RegisterRoute = (name: RouteName, handler: FunctionHandler) => void;

export interface RegistrarDependencies extends EnvelopeDependencies {
  readonly registerHttp: RegisterHttp;
}

/**
 * Registers the functions of routes in whatever order their files are loaded. Hosts try routes in the order of
 * registration, so the catch-all waits until every other route that is served has been registered. A request whose URL is
 * not of the path that the host matched is rejected before its handler sees it.
 *
 * @param served with the catch-all
 */
export function createRouteRegistrar(served: readonly RouteName[], dependencies: RegistrarDependencies): RegisterRoute {
  const { registerHttp } = dependencies;
  const missing: Set<RouteName> = new Set(served.filter((name) => name !== CATCH_ALL));
  let catchAll: FunctionHandler | null = null;
  return (name, handler) => {
    if (name === CATCH_ALL) catchAll = handler;
    else registerHttp(name, toHttpOptions(name, handler, dependencies));
    missing.delete(name);
    if (catchAll && missing.size === 0) {
      registerHttp(CATCH_ALL, toHttpOptions(CATCH_ALL, catchAll, dependencies));
      catchAll = null;
    }
  };
}

function toHttpOptions(
  name: RouteName,
  handler: FunctionHandler,
  dependencies: EnvelopeDependencies,
): HttpFunctionOptions {
  const { methods, access } = routeOf(name);
  const route = templateOf(name);
  return {
    methods: [...methods],
    // Function keys are not Graph's way: the pipeline verifies bearer tokens.
    authLevel: access === 'functionKey' ? 'function' : 'anonymous',
    route,
    handler: withCheckedTarget(handler, route, dependencies),
  };
}
