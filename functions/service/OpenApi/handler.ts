import {
  type EnvelopeDependencies,
  type FunctionHandler,
  readDocumentOptions,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';
import { toServiceRoot, versionOf } from '../../../shared/graph-http/request/address.ts';
import { toOpenApi } from '../../../shared/openapi/document.ts';

export interface OpenApiDependencies extends EnvelopeDependencies {
  /** Null: there are no subscriptions. */
  readonly notifications: object | null;
  /** Null: no request starts an operation on a team. */
  readonly simulator: object | null;
}

/** `GET /openapi.json`: a version of the API as OpenAPI 3.1. Anybody may read it. */
export function openApiHandler(dependencies: OpenApiDependencies): FunctionHandler {
  const subscriptions = dependencies.notifications !== null;
  const teams = dependencies.simulator !== null;
  return withGraphEnvelope(async (request) => {
    const { url } = request;
    readDocumentOptions(request, 'OpenApi');
    const version = versionOf(url) ?? 'beta';
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: toOpenApi(toServiceRoot(url), { version, subscriptions, teams, now: dependencies.now() }),
    };
  }, dependencies);
}
