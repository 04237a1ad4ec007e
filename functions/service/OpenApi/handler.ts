import { type FramePorts, type FunctionHandler, graphFrame } from '../../../shared/graph-http/frame.ts';
import { toServiceRoot } from '../../../shared/graph-http/request/service-root.ts';
import { toOpenApi } from '../../../shared/openapi/document.ts';

export interface OpenApiPorts extends FramePorts {
  /** Null: there are no subscriptions. */
  readonly notifications: object | null;
}

/** `GET /openapi.json`: the API as OpenAPI 3.1. Anybody may read it. */
export function openApiHandler(ports: OpenApiPorts): FunctionHandler {
  const subscriptions = ports.notifications !== null;
  return graphFrame(
    async ({ url }) => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: toOpenApi(toServiceRoot(url), { subscriptions, now: ports.now() }),
    }),
    ports,
  );
}
