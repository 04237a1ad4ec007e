import type { RequestListener } from 'node:http';
import { Edge } from '@lazurite/http';
import { messageOf } from '../../errors.ts';
import type { FunctionInfo } from '../../protocol/events.ts';
import type { InvokeOutcome, WorkerInit } from '../../protocol/messages.ts';
import { adminRoutes, MCP_PATH } from '../admin/admin-routes.ts';
import { readOfflinePage } from '../admin/app-offline.ts';
import { BINDING_KINDS } from '../bindings/binding-kinds.ts';
import { type BoundFunctions, bindFunctions } from '../bindings/function-bindings.ts';
import { createCors } from '../http/cors.ts';
import { type KeyStore, openKeyStoreOnDemand } from '../http/key-store.ts';
import { createRequestPipeline } from '../http/pipeline.ts';
import { createLogLevelFilter } from '../invocation/event-batch.ts';
import type { FunctionApp, WorkerDependencies } from '../invocation/function-app.ts';
import { invokeManually } from '../invocation/invoke-manually.ts';
import { Invoker } from '../invocation/invoker.ts';
import type { Telemetry } from '../invocation/telemetry.ts';
import type { OtlpProtocol } from '../telemetry/otlp-exporters.ts';
import { createMcpEndpoint, MCP_SYSTEM_KEY } from '../triggers/mcp/mcp-endpoint.ts';
import type { ChangeNotifications } from '../triggers/trigger.ts';
import { TRIGGER_FACTORIES } from '../triggers/trigger-factories.ts';
import { TriggerListeners } from '../triggers/trigger-listeners.ts';
import { describeFunction } from './describe-function.ts';
import { type AppHost, startApp, terminateApp } from './function-app.ts';

/** A loaded app, ready to be called. Nothing listens yet. */
export interface AssembledApp {
  readonly functions: readonly FunctionInfo[];
  readonly listener: RequestListener;
  readonly invoker: Invoker;
  readonly triggers: TriggerListeners;
  /** Functions of an offline app are neither served nor triggered. */
  readonly isOffline: boolean;
  /** Ends the streams of events that clients hold open. */
  endStreams(): void;
  /** Runs the app's `appTerminate` hooks, then sends the remaining telemetry. */
  terminate(): Promise<void>;
  /** Calls a function with a payload that is not an HTTP request. Never rejects. */
  invokeManually(functionName: string, input: string | null): Promise<InvokeOutcome>;
}

export interface AssembleOptions extends AppHost {
  readonly dependencies: WorkerDependencies & ChangeNotifications;
  readonly init: WorkerInit;
  /** Called when the process must be replaced: an invocation exceeds its time limit, or a caller asked for a restart. */
  readonly onUnusable: () => void;
}

/** Loads the app and composes everything that serves it. @throws AppLoadError */
export async function assembleApp(app: FunctionApp, options: AssembleOptions): Promise<AssembledApp> {
  const { dependencies, init, onUnusable: restart } = options;
  const { settings, publicUrl: baseUrl } = init;
  dependencies.events.setFilter(createLogLevelFilter(settings.logging));
  const telemetry = await openTelemetry(app, options);
  const { streamProxy, routes, customHandler } = await startApp(app, init, options);
  const invoker = new Invoker({
    app,
    bound: await bindAppFunctions(app, options),
    clock: dependencies.clock,
    events: dependencies.events,
    reportInvocations: init.reportInvocations,
    telemetry,
    functionTimeoutMs: settings.functionTimeoutMs ?? null,
    onTimeout: restart,
  });
  const triggers = new TriggerListeners({ app, invoker, init, dependencies, factories: TRIGGER_FACTORIES });
  const offlinePage = await readOfflinePage(init.appRoot);
  const cors = createCors(init.cors);
  const openKeys = openKeyStoreOnDemand(init.dataDir, dependencies.randomness);
  const edge = new Edge({
    address: new URL(init.publicUrl).hostname,
    allowedHosts: init.allowedHosts,
    allowsOrigin: (origin) => cors?.allows(origin) ?? false,
  });
  const shared = { app, invoker, init, dependencies, offlinePage, openKeys };
  const mcp = createMcpEndpoint({ app, init, invoker, dependencies, path: MCP_PATH });
  const keys = init.enableAuth ? await openKeys() : undefined;
  if (keys && mcp) await ensureSystemKey(keys, MCP_SYSTEM_KEY);
  const listener = await createRequestPipeline({
    ...shared,
    routes,
    cors,
    edge,
    keys,
    hostRoutes: adminRoutes({ ...shared, triggers, mcp, restart }),
    streamProxy,
  });
  const { routePrefix } = settings.http;
  return {
    functions: app.registry.all().map((fn) => describeFunction(fn, { baseUrl, routePrefix })),
    listener,
    invoker,
    triggers,
    isOffline: offlinePage !== undefined,
    endStreams: () => mcp?.close(),
    terminate: async () => {
      await terminateApp(app);
      await customHandler?.close();
      await telemetry?.close();
    },
    invokeManually: (name, input) => invokeManually({ app, init, invoker, dependencies }, name, input),
  };
}

function bindAppFunctions(app: FunctionApp, { init, dependencies }: AssembleOptions): Promise<BoundFunctions> {
  const { clock, randomness: random, log } = dependencies;
  const { settings, env } = init;
  return bindFunctions({
    registry: app.registry,
    dependencies: { clock, random, log, settings, env },
    kinds: BINDING_KINDS,
    onError: (functionName, error) => {
      const message = `The '${functionName}' function is in error: ${messageOf(error)}`;
      app.log.write({ level: 'error', category: 'system', message });
    },
  });
}

async function ensureSystemKey(keys: KeyStore, name: string): Promise<void> {
  const existing = await keys.list('system');
  if (!existing.some((key) => key.name === name)) await keys.set('system', name);
}

const OTLP_PROTOCOLS: readonly OtlpProtocol[] = ['http/protobuf', 'http/json'];
/** The default of the OpenTelemetry specification. */
const DEFAULT_OTLP_PROTOCOL = 'http/protobuf';

/**
 * Exports telemetry where the app setting `OTEL_EXPORTER_OTLP_ENDPOINT` asks for it, and loads the SDK only then.
 * Undefined without that setting, and, with a warning, when the settings are not valid.
 */
async function openTelemetry(
  app: FunctionApp,
  { init, dependencies }: AssembleOptions,
): Promise<Telemetry | undefined> {
  const { env } = init;
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint || env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined;
  const warn = (message: string) => app.log.write({ level: 'warning', category: 'system', message });
  if (!/^https?:/i.test(endpoint) || !URL.canParse(endpoint)) {
    warn('Telemetry is not exported: OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https address');
    return undefined;
  }
  const name = env.OTEL_EXPORTER_OTLP_PROTOCOL || DEFAULT_OTLP_PROTOCOL;
  const protocol = OTLP_PROTOCOLS.find((known) => known === name);
  if (!protocol) {
    const known = OTLP_PROTOCOLS.join(' or ');
    warn(`Telemetry is not exported: OTEL_EXPORTER_OTLP_PROTOCOL is '${name}'; here it can be ${known}`);
    return undefined;
  }
  const { startOtlpTelemetry } = await import('../telemetry/otlp-telemetry.ts');
  const telemetry = await startOtlpTelemetry(protocol, { init, dependencies, warn });
  dependencies.events.setListener((event) => telemetry.record(event));
  return telemetry;
}
