import type { HttpRequest, HttpResponse } from '@lazurite/http';

/** Answers one of the host's own addresses. */
export type AdminOperation = (
  request: HttpRequest,
  values: Readonly<Record<string, string>>,
) => HttpResponse | Promise<HttpResponse>;
