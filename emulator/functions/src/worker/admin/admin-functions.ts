import { basename } from 'node:path';
import type { HttpRequest, HttpResponse } from '@lazurite/http';
import type { RegisteredFunction } from '../core/function-registry.ts';
import { isHttpTrigger, isSwitchedOff, routeOf, triggerOf } from '../function-info.ts';
import type { HttpFront } from '../http/http-scope.ts';
import { originOf } from '../http/invoke-http.ts';
import { invokeByHand } from '../invoke-by-hand.ts';
import { jsonResponse } from './json-response.ts';

const NOT_FOUND: HttpResponse = { status: 404 };
const ACCEPTED: HttpResponse = { status: 202 };

/** `GET /admin/functions` */
export function listFunctions(front: HttpFront, request: HttpRequest): HttpResponse {
  const origin = originOf(request.headers.host, front);
  return jsonResponse(front.app.registry.all().map((fn) => describe(fn, front, origin)));
}

/** `GET /admin/functions/{name}` */
export function getFunction(front: HttpFront, name: string, request: HttpRequest): HttpResponse {
  const fn = front.app.registry.find(name);
  return fn ? jsonResponse(describe(fn, front, originOf(request.headers.host, front))) : NOT_FOUND;
}

/** `GET /admin/functions/{name}/status` */
export function getFunctionStatus({ app }: HttpFront, name: string): HttpResponse {
  const fn = app.registry.find(name);
  return fn ? jsonResponse({ isDisabled: isSwitchedOff(fn), errors: [] }) : NOT_FOUND;
}

/**
 * `POST /admin/functions/{name}` with `{"input": "..."}`: starts the function and answers at once, whatever becomes of
 * it; the log says that. 404 for an unknown function, 400 without a body. Of our own: with `Prefer:
 * return=representation` (RFC 7240) it answers 200 with the InvokeOutcome once the function has ended.
 */
export async function invokeFunction(front: HttpFront, name: string, request: HttpRequest): Promise<HttpResponse> {
  if (!front.app.registry.find(name)) return NOT_FOUND;
  const input = parseInput((await request.body()).toString());
  if (input === undefined) return { status: 400 };
  const outcome = invokeByHand(front, name, input); // never rejects
  return prefersOutcome(request) ? jsonResponse(await outcome) : ACCEPTED;
}

function prefersOutcome({ headers: { prefer } }: HttpRequest): boolean {
  return [prefer]
    .flat()
    .some((value) => /(?:^|[,;])\s*return\s*=\s*"?representation"?\s*(?:$|[,;])/i.test(value ?? ''));
}

/** Undefined when the body is no JSON object; null when it has no input. */
function parseInput(text: string): string | null | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const input: unknown = 'input' in body ? body.input : null;
  return input === null || typeof input === 'string' ? input : JSON.stringify(input);
}

/** Property names of azure-functions-host `FunctionMetadataResponse.cs`. */
function describe(fn: RegisteredFunction, front: HttpFront, origin: string): object {
  const { name, bindings, scriptFile } = fn.metadata;
  const files = `${origin}/admin/vfs/${encodeURIComponent(name)}`;
  const trigger = triggerOf(fn);
  const isHttp = isHttpTrigger(trigger);
  const prefix = front.init.settings.http.routePrefix;
  return {
    name,
    script_root_path_href: `${files}/`,
    script_href: scriptFile ? `${files}/${encodeURIComponent(basename(scriptFile))}` : null,
    config_href: `${files}/function.json`,
    test_data_href: null,
    href: `${origin}/admin/functions/${encodeURIComponent(name)}`,
    invoke_url_template: trigger && isHttp ? `${origin}/${routeOf(fn, trigger, prefix)}` : null,
    language: 'node',
    config: { name, bindings: Object.entries(bindings).map(([key, binding]) => ({ ...binding, name: key })) },
    files: null,
    test_data: null,
    isDisabled: isSwitchedOff(fn),
    isDirect: isHttp,
    isProxy: false,
  };
}
