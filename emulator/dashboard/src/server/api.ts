import type { HttpRequest, HttpResponse } from '@lazurite/http';
import type { History, RunFilter } from '../history/history.ts';
import type { FunctionState, Outcome, Overview, Run, RunRequest, TokenRequest } from '../messages.ts';
import type { ContainerPath, DashboardServices } from '../services.ts';
import type { Changes } from './changes.ts';
import { ApiError, invalid, notFound } from './errors.ts';

export interface ApiDependencies {
  readonly services: DashboardServices;
  readonly history: History;
  readonly changes: Changes;
}

/** The parts of a request that an operation reads. */
interface Call {
  /** The values of `{…}` in the path of the route, decoded. */
  readonly names: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed; undefined where the request has no body. */
  readonly body: unknown;
}

type Operation = (dependencies: ApiDependencies, call: Call) => unknown;

/** The API: method, path, and what it does. docs/dashboard.md describes it. */
const ROUTES: Readonly<Record<string, Operation>> = {
  'GET /api/overview': ({ services, history }) => overview(services, history),
  'GET /api/connection-strings': ({ services }) => services.connectionStrings,
  'GET /api/runs': ({ history }, { query }) => history.runs(filterOf(query), pageOf(query)),
  'DELETE /api/runs': ({ history }) => history.clear(),
  'GET /api/runs/{id}': ({ history }, { names: [id = ''] }) =>
    history.run(Number(id)) ?? rejectWith(notFound(`run ${id}`)),
  'GET /api/logs': ({ history }, { query }) => history.logs({ limit: pageOf(query).limit }),
  'POST /api/functions/{name}/run': async ({ services }, { names: [name = ''], body }) =>
    (await services.functions.run(name, runRequestOf(body))) ?? rejectWith(notFound(`function '${name}'`)),
  'POST /api/tokens': async ({ services }, { body }) => ({ token: await services.mintToken(tokenRequestOf(body)) }),
  'GET /api/containers': ({ services }) => services.data.containers(),
  'POST /api/containers/{database}/{container}/query': ({ services }, { names, body }) =>
    services.data.query(containerOf(names), textOf(body, 'sql'), optionalTextOf(body, 'continuation')),
  'PUT /api/containers/{database}/{container}/items': ({ services }, { names, body }) =>
    services.data.put(containerOf(names), objectOf(body, 'item'), optionalTextOf(body, 'etag')),
  'DELETE /api/containers/{database}/{container}/items': ({ services }, { names, body }) =>
    services.data.remove(containerOf(names), objectOf(body, 'item')),
  'GET /api/queues': ({ services }) => services.storage.queues(),
  'GET /api/queues/{queue}/messages': ({ services }, { names: [queue = ''] }) => services.storage.peek(queue),
  'POST /api/queues/{queue}/messages': ({ services }, { names: [queue = ''], body }) =>
    services.storage.send(queue, textOf(body, 'text')),
  'DELETE /api/queues/{queue}/messages': ({ services }, { names: [queue = ''] }) => services.storage.clear(queue),
  'POST /api/queues/{queue}/redeliver': async ({ services }, { names: [queue = ''] }) => ({
    messages: await services.storage.redeliver(queue),
  }),
  'GET /api/blobs': ({ services }) => services.storage.blobContainers(),
  'GET /api/blobs/{container}': ({ services }, { names: [container = ''] }) => services.storage.blobs(container),
};

interface CompiledRoute {
  readonly method: string;
  readonly segments: readonly string[];
  readonly operation: Operation;
}

const COMPILED: readonly CompiledRoute[] = Object.entries(ROUTES).map(([route, operation]) => {
  const [method = '', path = ''] = route.split(' ');
  return { method, segments: path.split('/'), operation };
});

/** Responds to a request below `/api`, whose sender is known to be allowed. */
export async function callApi(dependencies: ApiDependencies, request: HttpRequest): Promise<HttpResponse> {
  try {
    if (request.path === '/api/events' && request.method === 'GET') return openEvents(dependencies.changes);
    const { operation, names } = findRoute(request);
    const call = { names, query: new URLSearchParams(request.query), body: await bodyOf(request) };
    const result = await operation(dependencies, call);
    return result === undefined ? { status: 204 } : json(200, result);
  } catch (error) {
    const { status, code, message } = toApiError(error);
    return json(status, { error: { code, message } });
  }
}

function openEvents(changes: Changes): HttpResponse {
  const body = changes.open();
  if (!body) throw new ApiError(503, 'TooManyPages', 'Too many pages of this dashboard are open');
  return { status: 200, headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }, body };
}

/** @throws ApiError 404, 405 */
function findRoute({ method, path }: HttpRequest): { operation: Operation; names: readonly string[] } {
  const given = path.split('/');
  const matching = COMPILED.filter(({ segments }) => matches(segments, given));
  const route = matching.find((one) => one.method === method);
  if (route) return { operation: route.operation, names: namesOf(route.segments, given) };
  if (matching.length === 0) throw notFound(`resource ${path}`);
  throw new ApiError(405, 'MethodNotAllowed', `${path} takes ${matching.map((one) => one.method).join(', ')}`);
}

function matches(segments: readonly string[], given: readonly string[]): boolean {
  return (
    segments.length === given.length && segments.every((one, index) => one.startsWith('{') || one === given[index])
  );
}

function namesOf(segments: readonly string[], given: readonly string[]): readonly string[] {
  try {
    return given.filter((_, index) => segments[index]?.startsWith('{')).map(decodeURIComponent);
  } catch {
    throw invalid('The path is not well encoded');
  }
}

/** Only JSON, which no form of another page can send. @throws ApiError 400, 415 */
async function bodyOf({ method, headers, body }: HttpRequest): Promise<unknown> {
  if (method === 'GET' || method === 'HEAD') return undefined;
  const text = (await body()).toString('utf8');
  if (text === '') return undefined;
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    throw new ApiError(415, 'UnsupportedMediaType', 'The body must be application/json');
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('The body must be JSON');
  }
}

/** What a service rejects with is for a person. */
function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(400, 'Failed', error instanceof Error ? error.message : String(error));
}

function json(status: number, value: unknown): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(value),
  };
}

function rejectWith(error: ApiError): never {
  throw error;
}

function overview({ functions, servers, connectionStrings }: DashboardServices, history: History): Overview {
  const lastRuns = history.lastRuns();
  return {
    functions: functions.list().map(({ name, triggerType, methods, url = null, disabled, error = null }) => {
      const state = { name, triggerType, methods, url, disabled, error };
      return { ...state, lastRun: lastRunOf(lastRuns.get(name)) };
    }),
    servers,
    connectionStrings: Object.keys(connectionStrings),
  };
}

function lastRunOf(run: Run | undefined): FunctionState['lastRun'] {
  if (!run) return null;
  const { id, startedAt, durationMs, outcome, status } = run;
  return { id, startedAt, durationMs, outcome, status };
}

const OUTCOMES: readonly Outcome[] = ['running', 'succeeded', 'failed'];
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

function filterOf(query: URLSearchParams): RunFilter {
  const functionName = query.get('function');
  const outcome = OUTCOMES.find((name) => name === query.get('outcome'));
  if (query.get('outcome') && !outcome) throw invalid(`'outcome' must be one of ${OUTCOMES.join(', ')}`);
  const text = query.get('text');
  const hidesQuiet = query.get('quiet') === 'hidden';
  return {
    ...(functionName && { functionName }),
    ...(outcome && { outcome }),
    ...(text && { text }),
    ...(hidesQuiet && { hidesQuiet }),
  };
}

/** @throws ApiError when a number is none */
function pageOf(query: URLSearchParams): { offset: number; limit: number } {
  return {
    offset: countOf(query, 'offset', 0),
    limit: Math.min(countOf(query, 'limit', DEFAULT_LIMIT), MAX_LIMIT),
  };
}

function countOf(query: URLSearchParams, name: string, fallback: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,9}$/.test(text)) throw invalid(`'${name}' must be a number from 0; it is '${text}'`);
  return Number(text);
}

function containerOf([database = '', container = '']: readonly string[]): ContainerPath {
  return { database, container };
}

function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}

function textOf(body: unknown, name: string): string {
  const value = memberOf(body, name);
  if (typeof value !== 'string') throw invalid(`The body must have a text '${name}'`);
  return value;
}

function optionalTextOf(body: unknown, name: string): string | null {
  const value = memberOf(body, name) ?? null;
  if (value !== null && typeof value !== 'string') throw invalid(`'${name}' must be a text or null`);
  return value;
}

function objectOf(body: unknown, name: string): Readonly<Record<string, unknown>> {
  const value = memberOf(body, name);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`The body must have an object '${name}'`);
  return value as Record<string, unknown>; // JSON has no other keys
}

function runRequestOf(body: unknown): RunRequest {
  const method = optionalTextOf(body, 'method');
  const url = optionalTextOf(body, 'url');
  if (url !== null && !/^\/(?!\/)/.test(url)) throw invalid("'url' must be a path on the functions host");
  return {
    input: optionalTextOf(body, 'input'),
    ...(method !== null && { method }),
    ...(url !== null && { url }),
    ...(memberOf(body, 'headers') !== undefined && { headers: headersOf(objectOf(body, 'headers')) }),
  };
}

function tokenRequestOf(body: unknown): TokenRequest {
  const given = (['scopes', 'roles', 'subject'] as const).map((name) => [name, optionalTextOf(body, name)]);
  return Object.fromEntries(given.filter(([, value]) => value));
}

function headersOf(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
