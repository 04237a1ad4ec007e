import { type FramePorts, type FunctionHandler, graphFrame } from '../../../shared/graph-http/frame.ts';

/** `GET /health`: 200 while requests are served at all. Asks nobody, so that an outage elsewhere restarts nothing here. */
export function healthHandler(ports: FramePorts): FunctionHandler {
  return graphFrame(
    async () => ({
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: { status: 'ok' },
    }),
    ports,
  );
}
