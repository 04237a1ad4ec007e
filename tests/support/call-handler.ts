import { HttpRequest, type HttpResponseInit } from '@azure/functions';
import { createCatchAllHandler } from '../../functions/service/graph-handlers.ts';
import type { GraphDependencies } from '../../shared/composition/create-app.ts';
import type { Caller } from '../../shared/domain/caller.ts';
import type { FunctionHandler } from '../../shared/graph-http/pipeline.ts';
import { RecentPolls } from '../../shared/graph-http/polling-advice.ts';
import { operationsPath, type RawRequest } from './create-operation-request.ts';
import { createMemoryRepository } from './memory-operation-repository.ts';
import { checkAgainstOpenApi } from './openapi-check.ts';

export const SERVICE_ROOT = 'https://graph.example/beta';
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
export const WRITER: Caller = {
  kind: 'delegated',
  id: 'b51f8a0e-3c71-4a0e-8a55-0d6a9a6f2f10',
  applicationId: '7d0f5a43-1f0b-4a6e-a4f1-30a1c5d7f3a2',
  permissions: ['Chat.ReadWrite'],
  tenantId: '4f1c7d0a-6a5e-4d5b-9c3e-2b8a1f0e7c11',
  isPersonalAccount: false,
};

/** What a handler is called with, where a test does not say. A caller that may do everything, and a memory repository. */
export function graphDependencies(changes: Partial<GraphDependencies> = {}): GraphDependencies {
  let ids = 0;
  return {
    authenticator: { authenticate: async () => WRITER },
    repository: createMemoryRepository(),
    now: () => NOW,
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    server: { dataCenter: 'Test', roleInstance: 'test' },
    evolvableEnums: 'lenient',
    telemetry: null,
    simulator: null,
    recentPolls: new RecentPolls(),
    notifications: null,
    pagingKey: new Uint8Array(32).fill(7),
    ...changes,
  };
}

/** Sends a request to the whole API, as the host would, with the library's own request. What is answered must be as documented. */
export async function callGraph(request: RawRequest, dependencies: GraphDependencies): Promise<TestResponse> {
  return callFunction(createCatchAllHandler(dependencies), request);
}

/** Sends a request to one function. What is answered must be as documented. */
export async function callFunction(handler: FunctionHandler, request: RawRequest): Promise<TestResponse> {
  const logged: unknown[] = [];
  const log = (...parts: unknown[]) => void logged.push(parts);
  const http = toHttpRequest(request);
  const answer = toTestResponse(await handler(http, { error: log, warn: log }));
  checkAgainstOpenApi(http.method, http.url, answer);
  return { ...answer, logged };
}

/** Creates an operation: `callGraph` for the tests of that. */
export function callHandler(request: RawRequest, dependencies: Partial<GraphDependencies> = {}): Promise<TestResponse> {
  return callGraph({ method: 'POST', ...request }, graphDependencies(dependencies));
}

export interface TestResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever was answered
  readonly body: any;
  readonly logged: readonly unknown[];
}

function toHttpRequest({ method = 'GET', path = operationsPath(), headers = {}, body }: RawRequest): HttpRequest {
  return new HttpRequest({
    method,
    url: path.startsWith('https:') ? path : SERVICE_ROOT + path,
    headers: { ...headers },
    ...(body !== undefined && { body: { bytes: Buffer.from(body) } }),
  });
}

function toTestResponse({ status = 200, headers, body }: HttpResponseInit): Omit<TestResponse, 'logged'> {
  const text = String(body ?? '');
  const answered = new Headers(headers);
  const isJson = answered.get('content-type')?.startsWith('application/json') ?? false;
  return { status, headers: answered, text, body: isJson ? JSON.parse(text) : undefined };
}
