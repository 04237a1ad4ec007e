import type { HttpRequest, HttpResponse } from '@lazurite/http';
import type { Cors } from '../../http/cors.ts';
import type { RouteEntry } from '../../routing/route-table.ts';
import type { HttpFront } from '../http/http-scope.ts';
import { getFunction, getFunctionStatus, invokeFunction, listFunctions } from './admin-functions.ts';
import { getConfig, getHomepage, getStatus, ping } from './admin-host.ts';
import { createWarmup } from './warmup.ts';
import { receiveEventGrid, shakeHandsWithEventGrid } from './webhooks.ts';

/** Answers one of the host's own addresses. */
export type AdminOperation = (
  request: HttpRequest,
  values: Readonly<Record<string, string>>,
) => HttpResponse | Promise<HttpResponse>;

/** The host's own API (azure-functions-host `Controllers`), which VS Code, the Static Web Apps CLI and scripts rely on. */
export function adminRoutes(front: HttpFront, cors: Cors): RouteEntry<AdminOperation>[] {
  const { env } = process;
  const warmup = createWarmup(front);
  const homepage = env.AzureWebJobsDisableHomepage?.toLowerCase() === 'true' ? [] : [route('GET', '', getHomepage)];
  const api = [
    route('GET', 'admin/host/ping', ping),
    route('POST', 'admin/host/ping', ping),
    route('GET', 'admin/host/status', () => getStatus(front)),
    route('GET', 'admin/host/config', () => getConfig(front)),
    route('GET', 'admin/warmup', warmup),
    route('POST', 'admin/warmup', warmup),
    route('GET', 'admin/functions', () => listFunctions(front)),
    route('GET', 'admin/functions/{name}', (_request, { name = '' }) => getFunction(front, name)),
    route('GET', 'admin/functions/{name}/status', (_request, { name = '' }) => getFunctionStatus(front, name)),
    route('POST', 'admin/functions/{name}', (request, { name = '' }) => invokeFunction(front, name, request)),
    route('POST', 'runtime/webhooks/eventgrid', (request) => receiveEventGrid(front, request)),
    route('OPTIONS', 'runtime/webhooks/eventgrid', (request) => shakeHandsWithEventGrid(request)),
  ];
  return [...homepage, ...api.map((entry) => ({ ...entry, target: fromOwnOrigin(cors, entry.target) }))];
}

function route(method: string, template: string, target: AdminOperation): RouteEntry<AdminOperation> {
  return { template, methods: [method], target };
}

/** A page from elsewhere that is open in a browser on this machine must not drive the host. */
function fromOwnOrigin(cors: Cors, operation: AdminOperation): AdminOperation {
  return (request, values) => {
    const { origin, host } = request.headers;
    if (origin === undefined || isSameHost(origin, host)) return operation(request, values);
    const isAllowed = 'access-control-allow-origin' in cors.headersFor(request.headers);
    return isAllowed ? operation(request, values) : { status: 403 };
  };
}

function isSameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}
