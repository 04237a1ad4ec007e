import type { Cors } from '../http/cors.ts';
import type { HttpFront } from '../http/pipeline-dependencies.ts';
import type { RouteEntry } from '../http/routing/route-table.ts';
import { getFunction, getFunctionStatus, invokeFunction, listFunctions } from './admin-functions.ts';
import {
  getConfig,
  getHomepage,
  getProcesses,
  getStatus,
  ping,
  restart,
  syncTriggers,
  writeLog,
} from './admin-host.ts';
import { AdminKeys, type OpenKeys } from './admin-keys.ts';
import type { AdminOperation } from './admin-operation.ts';
import { drain, getDrainStatus, resume, setState } from './admin-state.ts';
import { fromOwnOrigin, underOwnName } from './local-callers.ts';
import { warmUp, warmupFunction } from './warmup.ts';
import { receiveEventGrid, shakeHandsWithEventGrid } from './webhooks.ts';

interface AdminParts {
  readonly cors: Cors;
  readonly openKeys: OpenKeys;
}

type Route = RouteEntry<AdminOperation>;

/** The host's own API (azure-functions-host `Controllers`), which VS Code, the Static Web Apps CLI and scripts rely on. */
export function adminRoutes(front: HttpFront, { cors, openKeys }: AdminParts): Route[] {
  const admin = [...hostRoutes(front), ...keyRoutes(front, openKeys), ...functionRoutes(front), ...warmupRoutes(front)];
  const guarded = admin.map((entry) => ({ ...entry, target: underOwnName(front.init.publicUrl, entry.target) }));
  const api = [...guarded, ...webhookRoutes(front)];
  return [
    route('GET', '', getHomepage),
    ...api.map((entry) => ({ ...entry, target: fromOwnOrigin(cors, entry.target) })),
  ];
}

function hostRoutes(front: HttpFront): Route[] {
  return [
    route('GET', 'admin/host/ping', ping),
    route('POST', 'admin/host/ping', ping),
    route('GET', 'admin/host/status', () => getStatus(front)),
    route('GET', 'admin/host/config', () => getConfig(front)),
    route('GET', 'admin/host/processes', getProcesses),
    route('POST', 'admin/host/synctriggers', syncTriggers),
    route('POST', 'admin/host/restart', () => restart(front)),
    route('POST', 'admin/host/log', (request) => writeLog(front, request)),
    route('POST', 'admin/host/drain', () => drain(front)),
    route('GET', 'admin/host/drain/status', () => getDrainStatus(front)),
    route('POST', 'admin/host/resume', () => resume(front)),
    route('PUT', 'admin/host/state', (request) => setState(front, request)),
  ];
}

function keyRoutes(front: HttpFront, openKeys: OpenKeys): Route[] {
  const keys = new AdminKeys(front, openKeys);
  return ['admin/host/{collection}', 'admin/functions/{functionName}/keys'].flatMap((all) => {
    const one = `${all}/{keyName}`;
    return [
      route('GET', all, (request, values) => keys.read(request, addressOf(values))),
      route('GET', one, (request, values) => keys.read(request, addressOf(values))),
      route('POST', one, (request, values) => keys.write(request, addressOf(values))),
      route('PUT', one, (request, values) => keys.write(request, addressOf(values))),
      route('DELETE', one, (request, values) => keys.remove(request, addressOf(values))),
    ];
  });
}

/** A function has one collection alone, which its routes therefore do not take from the path. */
function addressOf({ collection = 'keys', functionName, keyName }: Readonly<Record<string, string>>) {
  return { collection, ...(functionName !== undefined && { functionName }), ...(keyName !== undefined && { keyName }) };
}

function functionRoutes(front: HttpFront): Route[] {
  return [
    route('GET', 'admin/functions', (request) => listFunctions(front, request)),
    route('GET', 'admin/functions/{name}', (request, { name = '' }) => getFunction(front, name, request)),
    route('GET', 'admin/functions/{name}/status', (_request, { name = '' }) => getFunctionStatus(front, name)),
    route('POST', 'admin/functions/{name}', (request, { name = '' }) => invokeFunction(front, name, request)),
  ];
}

function warmupRoutes(front: HttpFront): Route[] {
  const fn = warmupFunction(front);
  if (!fn) return [];
  const run = warmUp(front, fn);
  return [route('GET', 'admin/warmup', run), route('POST', 'admin/warmup', run)];
}

/** Deliveries of Event Grid may come through a tunnel, under the name of that. */
function webhookRoutes(front: HttpFront): Route[] {
  return [
    route('POST', 'runtime/webhooks/eventgrid', (request) => receiveEventGrid(front, request)),
    route('OPTIONS', 'runtime/webhooks/eventgrid', (request) => shakeHandsWithEventGrid(request)),
  ];
}

function route(method: string, template: string, target: AdminOperation): Route {
  return { template, methods: [method], target };
}
