import type { HttpResponse } from '@lazurite/http';
import { HOST_VERSION } from '../core/core-api.ts';
import type { HttpFront } from '../http/http-scope.ts';
import { jsonResponse } from './json-response.ts';

const HOMEPAGE = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Functions</title></head>
<body><h1>Your Functions 4.0 app is up and running</h1></body>
</html>
`;

/** `GET /`, unless AzureWebJobsDisableHomepage is true. */
export function getHomepage(): HttpResponse {
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: HOMEPAGE };
}

/** `GET /admin/host/ping`: 200 as long as the host runs. */
export function ping(): HttpResponse {
  return { status: 200, headers: { 'cache-control': 'no-store' } };
}

/** `GET /admin/host/status`, with the property names of azure-functions-host `HostStatus.cs`. */
export function getStatus({ init, parts }: HttpFront): HttpResponse {
  return jsonResponse({
    id: init.hostId,
    state: 'Running',
    version: HOST_VERSION,
    versionDetails: HOST_VERSION,
    processUptime: Math.round(parts.clock.monotonic()),
    functionAppContentEditingState: 'NotAllowed',
    ...(init.settings.extensionBundle && { extensionBundle: init.settings.extensionBundle }),
  });
}

/** `GET /admin/host/config`: host.json as it applies. */
export function getConfig({ init }: HttpFront): HttpResponse {
  return jsonResponse(init.settings.effective);
}
