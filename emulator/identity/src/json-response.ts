import type { HttpResponse } from '@lazurite/http';

/** Tokens and rejections: never kept by caches. */
export function json(status: number, body: object): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: JSON.stringify(body),
  };
}
