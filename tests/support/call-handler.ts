import { HttpRequest, type HttpResponseInit } from '@azure/functions';
import { type CreateOperationPorts, createOperationHandler } from '../../CreateOperation/handler.ts';
import type { Caller } from '../../shared/domain/caller.ts';
import { operationsPath, type RawRequest } from './create-operation-request.ts';
import { createMemoryRepository } from './memory-operation-repository.ts';

export const SERVICE_ROOT = 'https://graph.example/beta';
export const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
export const WRITER: Caller = {
  kind: 'delegated',
  permissions: ['Chat.ReadWrite'],
  tenantId: '4f1c7d0a-6a5e-4d5b-9c3e-2b8a1f0e7c11',
  isPersonalAccount: false,
};

/** Calls the handler with the library's own request, a caller that may write, and a memory repository. */
export async function callHandler(request: RawRequest, ports: Partial<CreateOperationPorts> = {}): Promise<Answer> {
  let ids = 0;
  const logged: unknown[] = [];
  const handler = createOperationHandler({
    authenticator: { authenticate: async () => WRITER },
    repository: createMemoryRepository(),
    now: () => NOW,
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    server: { dataCenter: 'Test', roleInstance: 'test' },
    ...ports,
  });
  const log = (...parts: unknown[]) => void logged.push(parts);
  return { ...toAnswer(await handler(toHttpRequest(request), { error: log, warn: log })), logged };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever was answered
  readonly body: any;
  readonly logged: readonly unknown[];
}

function toHttpRequest({ path = operationsPath(), headers = {}, body }: RawRequest): HttpRequest {
  return new HttpRequest({
    method: 'POST',
    url: SERVICE_ROOT + path,
    headers: { ...headers },
    body: { bytes: Buffer.from(body) },
  });
}

function toAnswer({ status = 200, headers, body }: HttpResponseInit): Omit<Answer, 'logged'> {
  const text = String(body);
  return { status, headers: new Headers(headers), text, body: JSON.parse(text) };
}
