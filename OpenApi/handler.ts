import { type FramePorts, type FunctionHandler, graphFrame } from '../shared/odata/frame.ts';
import { toServiceRoot } from '../shared/odata/service-root.ts';
import { toOpenApi } from '../shared/openapi/document.ts';

/** `GET /openapi.json`: the API as OpenAPI 3.1. Anybody may read it. */
export function openApiHandler(ports: FramePorts): FunctionHandler {
  return graphFrame(
    async ({ url }) => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: toOpenApi(toServiceRoot(url)),
    }),
    ports,
  );
}
