import {
  type EnvelopeDependencies,
  type FunctionHandler,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';

/** `GET /health`: 200 while requests are served at all. Calls no other service, so that a failure elsewhere restarts nothing here. */
export function healthHandler(dependencies: EnvelopeDependencies): FunctionHandler {
  return withGraphEnvelope(
    async () => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: { status: 'ok' },
    }),
    dependencies,
  );
}
