import type { HttpRequest, HttpResponse } from '@lazurite/http';
import { messageOf } from '../../errors.ts';
import { HOST_VERSION } from '../../host-version.ts';
import type { AdminDependencies } from './admin-dependencies.ts';
import { jsonResponse } from './json-response.ts';

const HOMEPAGE = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Functions</title></head>
<body><h1>Your Functions 4.0 app is up and running</h1></body>
</html>
`;

/** `GET /`; 204 when AzureWebJobsDisableHomepage is true. */
export function getHomepage(): HttpResponse {
  if (process.env.AzureWebJobsDisableHomepage?.toLowerCase() === 'true') return { status: 204 };
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: HOMEPAGE };
}

/** `GET /admin/host/ping`: 200 as long as the host runs. */
export function ping(): HttpResponse {
  return { status: 200, headers: { 'cache-control': 'no-store' } };
}

/** `GET /admin/host/status`, with the property names of azure-functions-host `HostStatus.cs`. */
export function getStatus({ app, init, dependencies, offlinePage }: AdminDependencies): HttpResponse {
  return jsonResponse({
    id: init.hostId,
    state: offlinePage === undefined ? 'Running' : 'Offline',
    version: HOST_VERSION,
    versionDetails: HOST_VERSION,
    processUptime: Math.round(dependencies.clock.monotonic()),
    functionAppContentEditingState: 'NotAllowed',
    ...(app.registry.inError.length > 0 && {
      errors: app.registry.inError.map(({ name, error }) => `The '${name}' function is in error: ${messageOf(error)}`),
    }),
    ...(init.settings.extensionBundle && { extensionBundle: init.settings.extensionBundle }),
  });
}

/** `GET /admin/host/config`: the effective host.json. */
export function getConfig({ init }: AdminDependencies): HttpResponse {
  return jsonResponse(init.settings.effective);
}

/** `GET /admin/host/processes`: the worker process, to which tools attach a debugger. */
export function getProcesses(): HttpResponse {
  const worker = {
    processId: process.pid,
    processName: 'node',
    debugEngine: '',
    isEligibleForOpenInVisualStudio: false,
  };
  return jsonResponse({ processes: [worker] });
}

/** `POST /admin/host/synctriggers`: does nothing, because no scaling platform needs the triggers here. */
export function syncTriggers(): HttpResponse {
  return jsonResponse({ status: 'success' });
}

/** `POST /admin/host/restart`: loads the app again in a new process. Responds at once. */
export function restart({ restart: replace, init }: AdminDependencies): HttpResponse {
  replace();
  return jsonResponse({ isSelfHost: true, scriptPath: init.appRoot });
}

const LEVELS: Readonly<Record<string, 'error' | 'warning' | 'information' | 'trace'>> = {
  error: 'error',
  warning: 'warning',
  info: 'information',
  verbose: 'trace',
};

/** `POST /admin/host/log`: an array of `{ level, message, source, functionName }` (`HostLogEntry.cs`). */
export async function writeLog({ app }: AdminDependencies, request: HttpRequest): Promise<HttpResponse> {
  const entries = parseArray((await request.body()).toString());
  if (!entries) return jsonResponse('An array of log entry objects is expected.', 400);
  for (const entry of entries) {
    if (typeof entry !== 'object' || entry === null || !('message' in entry)) continue;
    const level = 'level' in entry ? LEVELS[String(entry.level).toLowerCase()] : undefined;
    app.log.write({ level: level ?? 'information', category: 'system', message: String(entry.message) });
  }
  return { status: 200 };
}

function parseArray(text: string): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
