import { toCsdl } from '../shared/odata/csdl.ts';
import { type FramePorts, type FunctionHandler, graphFrame } from '../shared/odata/frame.ts';

const CSDL_HEADERS = { 'content-type': 'application/xml;charset=utf-8', 'odata-version': '4.0' };

/** `GET /$metadata`: the types that are served, as CSDL. Anybody may read it, as in Graph. */
export function metadataHandler(ports: FramePorts): FunctionHandler {
  const csdl = toCsdl();
  return graphFrame(async () => ({ status: 200, headers: CSDL_HEADERS, body: csdl }), ports);
}
