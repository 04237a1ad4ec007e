import type { HttpResponse } from '@lazurite/http';

export function jsonResponse(body: unknown, status = 200): HttpResponse {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) };
}
