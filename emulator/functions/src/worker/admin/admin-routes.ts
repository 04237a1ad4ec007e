import type { HostOperation } from '../http/pipeline-dependencies.ts';
import type { RouteEntry } from '../http/routing/route-table.ts';
import type { AdminDependencies } from './admin-dependencies.ts';
import {
  getFunction,
  getFunctionStatus,
  invokeFunction,
  listFunctions,
  warmUp,
  warmupFunction,
} from './admin-functions.ts';
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
import { AdminKeys } from './admin-keys.ts';
import { drain, getDrainStatus, resume, setState } from './admin-state.ts';
import { acceptCloudEvents, receiveEventGrid } from './event-grid-webhook.ts';

type Route = RouteEntry<HostOperation>;

/** Where clients of the Model Context Protocol reach the functions with its triggers. */
export const MCP_PATH = 'runtime/webhooks/mcp';

/** The host's own API (azure-functions-host `Controllers`), which VS Code, the Static Web Apps CLI and scripts use. */
export function adminRoutes(admin: AdminDependencies): Route[] {
  return [
    route('GET', '', getHomepage),
    ...hostRoutes(admin),
    ...keyRoutes(admin),
    ...functionRoutes(admin),
    ...warmupRoutes(admin),
    ...webhookRoutes(admin),
  ];
}

function hostRoutes(admin: AdminDependencies): Route[] {
  return [
    route('GET', 'admin/host/ping', ping),
    route('POST', 'admin/host/ping', ping),
    route('GET', 'admin/host/status', () => getStatus(admin)),
    route('GET', 'admin/host/config', () => getConfig(admin)),
    route('GET', 'admin/host/processes', getProcesses),
    route('POST', 'admin/host/synctriggers', syncTriggers),
    route('POST', 'admin/host/restart', () => restart(admin)),
    route('POST', 'admin/host/log', (request) => writeLog(admin, request)),
    route('POST', 'admin/host/drain', () => drain(admin)),
    route('GET', 'admin/host/drain/status', () => getDrainStatus(admin)),
    route('POST', 'admin/host/resume', () => resume(admin)),
    route('PUT', 'admin/host/state', (request) => setState(admin, request)),
  ];
}

function keyRoutes(admin: AdminDependencies): Route[] {
  const keys = new AdminKeys(admin);
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

/** The routes of a function's keys have no collection in the path. */
function addressOf({ collection = 'keys', functionName, keyName }: Readonly<Record<string, string>>) {
  return { collection, ...(functionName !== undefined && { functionName }), ...(keyName !== undefined && { keyName }) };
}

function functionRoutes(admin: AdminDependencies): Route[] {
  return [
    route('GET', 'admin/functions', (request) => listFunctions(admin, request)),
    route('GET', 'admin/functions/{name}', (request, { name = '' }) => getFunction(admin, name, request)),
    route('GET', 'admin/functions/{name}/status', (_request, { name = '' }) => getFunctionStatus(admin, name)),
    route('POST', 'admin/functions/{name}', (request, { name = '' }) => invokeFunction(admin, name, request)),
  ];
}

function warmupRoutes(admin: AdminDependencies): Route[] {
  const fn = warmupFunction(admin);
  if (!fn) return [];
  const run = warmUp(admin, fn);
  return [route('GET', 'admin/warmup', run), route('POST', 'admin/warmup', run)];
}

function webhookRoutes(admin: AdminDependencies): Route[] {
  return [
    ...mcpRoutes(admin),
    route('POST', 'runtime/webhooks/eventgrid', (request) => receiveEventGrid(admin, request)),
    route('OPTIONS', 'runtime/webhooks/eventgrid', (request) => acceptCloudEvents(request)),
  ];
}

/** For every method: the transports reject those that they do not know with 405. An offline app serves nothing. */
function mcpRoutes({ mcp, offlinePage }: AdminDependencies): Route[] {
  if (!mcp) return [];
  const serve = (template: string, target: HostOperation): Route => ({
    template,
    target: offlinePage === undefined ? target : () => ({ status: 503 }),
  });
  return [
    serve(MCP_PATH, (request) => mcp.handle(request)),
    serve(`${MCP_PATH}/sse`, (request) => mcp.openStream(request)),
    serve(`${MCP_PATH}/message`, (request) => mcp.receive(request)),
  ];
}

function route(method: string, template: string, target: HostOperation): Route {
  return { template, methods: [method], target };
}
