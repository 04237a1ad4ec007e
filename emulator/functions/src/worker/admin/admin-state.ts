import type { HttpRequest, HttpResponse } from '@lazurite/http';
import type { AdminDependencies } from './admin-dependencies.ts';
import { setOffline } from './app-offline.ts';
import { jsonResponse } from './json-response.ts';

const ACCEPTED: HttpResponse = { status: 202 };

/** `POST /admin/host/drain`: stops all triggers but HTTP. Running invocations continue. Responds at once. */
export function drain({ triggers }: AdminDependencies): HttpResponse {
  void triggers.stop();
  return ACCEPTED;
}

/** `GET /admin/host/drain/status` (azure-functions-host `DrainModeStatus.cs`): the state of the invocations by triggers. */
export function getDrainStatus({ triggers: { isStopped, outstanding } }: AdminDependencies): HttpResponse {
  const state = outstanding === 0 ? 'Completed' : 'InProgress';
  const status = { state: isStopped ? state : 'Disabled', outstandingInvocations: outstanding, outstandingRetries: 0 };
  return jsonResponse(status);
}

/** `POST /admin/host/resume`: triggers fire again, in a new worker process; 409 while the app is offline. */
export function resume({ triggers, offlinePage, restart }: AdminDependencies): HttpResponse {
  if (offlinePage !== undefined) return { status: 409 };
  if (triggers.isStopped) restart();
  return jsonResponse({ state: 'Running' });
}

/** `PUT /admin/host/state` with "offline" or "running": 200 when the app is in that state, else 202. */
export async function setState(
  { init, offlinePage, restart }: AdminDependencies,
  request: HttpRequest,
): Promise<HttpResponse> {
  const state = parseText((await request.body()).toString())?.toLowerCase();
  if (state !== 'offline' && state !== 'running') return { status: 400 };
  const isOffline = state === 'offline';
  if (isOffline === (offlinePage !== undefined)) return { status: 200 };
  await setOffline(init.appRoot, isOffline);
  restart();
  return ACCEPTED;
}

function parseText(json: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === 'string' ? parsed : undefined;
  } catch {
    return undefined;
  }
}
