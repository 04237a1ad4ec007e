import { basename } from 'node:path';
import type { HttpRequest, HttpResponse } from '@lazurite/http';
import { messageOf } from '../../errors.ts';
import type { FunctionInError, RegisteredFunction } from '../core/function-registry.ts';
import { bindingsOf, isDisabled, isHttpTrigger, routeOf, triggerOf } from '../core/function-trigger.ts';
import { originOf } from '../http/invoke-http.ts';
import { invokeManually } from '../invocation/invoke-manually.ts';
import type { AdminDependencies } from './admin-dependencies.ts';
import { jsonResponse } from './json-response.ts';

const NOT_FOUND: HttpResponse = { status: 404 };
const ACCEPTED: HttpResponse = { status: 202 };

/** `GET /admin/functions` */
export function listFunctions(admin: AdminDependencies, request: HttpRequest): HttpResponse {
  const origin = originOf(request.headers.host, admin.init);
  const { registry } = admin.app;
  return jsonResponse([
    ...registry.all().map((fn) => describe(fn, admin, origin)),
    ...registry.inError.map(({ name }) => describeFailed(name, origin)),
  ]);
}

/** `GET /admin/functions/{name}` */
export function getFunction(admin: AdminDependencies, name: string, request: HttpRequest): HttpResponse {
  const fn = admin.app.registry.find(name);
  const origin = originOf(request.headers.host, admin.init);
  if (fn) return jsonResponse(describe(fn, admin, origin));
  const failed = findFailed(admin, name);
  return failed ? jsonResponse(describeFailed(failed.name, origin)) : NOT_FOUND;
}

/** `GET /admin/functions/{name}/status` */
export function getFunctionStatus({ app }: AdminDependencies, name: string): HttpResponse {
  const fn = app.registry.find(name);
  if (fn) return jsonResponse({ isDisabled: isDisabled(fn), errors: [] });
  const failed = findFailed({ app }, name);
  return failed ? jsonResponse({ isDisabled: false, errors: [messageOf(failed.error)] }) : NOT_FOUND;
}

/** By name, in any case. */
function findFailed({ app }: Pick<AdminDependencies, 'app'>, name: string): FunctionInError | undefined {
  return app.registry.inError.find((failed) => failed.name.toLowerCase() === name.toLowerCase());
}

/** A function in error: nothing is known of it but its name. */
function describeFailed(name: string, origin: string): object {
  const files = `${origin}/admin/vfs/${encodeURIComponent(name)}`;
  return {
    name,
    script_root_path_href: `${files}/`,
    script_href: null,
    config_href: `${files}/function.json`,
    test_data_href: null,
    href: `${origin}/admin/functions/${encodeURIComponent(name)}`,
    invoke_url_template: null,
    language: 'node',
    config: null,
    files: null,
    test_data: null,
    isDisabled: false,
    isDirect: false,
    isProxy: false,
  };
}

/**
 * `POST /admin/functions/{name}` with `{"input": "..."}`: starts the function and responds at once; the log has the
 * outcome. 404 for an unknown function, 400 without a body. An addition of Lazurite: with `Prefer: return=representation`
 * (RFC 7240) the response is 200 with the InvokeOutcome, once the function has ended.
 */
export async function invokeFunction(
  admin: AdminDependencies,
  name: string,
  request: HttpRequest,
): Promise<HttpResponse> {
  if (!admin.app.registry.find(name)) return NOT_FOUND;
  const input = parseInput((await request.body()).toString());
  if (input === undefined) return { status: 400 };
  const outcome = invokeManually(admin, name, input); // never rejects
  return prefersOutcome(request) ? jsonResponse(await outcome) : ACCEPTED;
}

function prefersOutcome({ headers: { prefer } }: HttpRequest): boolean {
  return [prefer]
    .flat()
    .some((value) => /(?:^|[,;])\s*return\s*=\s*"?representation"?\s*(?:$|[,;])/i.test(value ?? ''));
}

/** Undefined when the body is not a JSON object; null when it has no input. */
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
function describe(fn: RegisteredFunction, admin: AdminDependencies, origin: string): object {
  const { name, scriptFile } = fn.metadata;
  const files = `${origin}/admin/vfs/${encodeURIComponent(name)}`;
  const trigger = triggerOf(fn);
  const isHttp = isHttpTrigger(trigger);
  const prefix = admin.init.settings.http.routePrefix;
  return {
    name,
    script_root_path_href: `${files}/`,
    script_href: scriptFile ? `${files}/${encodeURIComponent(basename(scriptFile))}` : null,
    config_href: `${files}/function.json`,
    test_data_href: null,
    href: `${origin}/admin/functions/${encodeURIComponent(name)}`,
    invoke_url_template: trigger && isHttp ? `${origin}/${routeOf(fn, trigger, prefix)}` : null,
    language: 'node',
    config: { name, bindings: bindingsOf(fn) },
    files: null,
    test_data: null,
    isDisabled: isDisabled(fn),
    isDirect: isHttp,
    isProxy: false,
  };
}

/** The function with a warmup trigger; undefined when the app has none. */
export function warmupFunction({ app }: Pick<AdminDependencies, 'app'>): RegisteredFunction | undefined {
  return app.registry.all().find((fn) => triggerOf(fn)?.type.toLowerCase() === 'warmuptrigger' && !isDisabled(fn));
}

/** `/admin/warmup`: runs the warmup function, once in the lifetime of a worker. */
export function warmUp(admin: AdminDependencies, fn: RegisteredFunction): () => Promise<HttpResponse> {
  let warmed: Promise<unknown> | undefined;
  return async () => {
    warmed ??= invokeManually(admin, fn.metadata.name, '{}');
    await warmed;
    return { status: 200 };
  };
}
