import { type FramePorts, type FunctionHandler, graphFrame } from '../../../shared/graph-http/frame.ts';
import { toCsdl } from '../../../shared/odata/metadata/csdl.ts';

const CSDL_HEADERS = { 'content-type': 'application/xml;charset=utf-8', 'odata-version': '4.0' };

export interface MetadataPorts extends FramePorts {
  /** Null: there are no subscriptions. */
  readonly notifications: object | null;
}

/** `GET /$metadata`: the types that are served, as CSDL. Anybody may read it, as in Graph. */
export function metadataHandler(ports: MetadataPorts): FunctionHandler {
  const csdl = toCsdl({ subscriptions: ports.notifications !== null });
  return graphFrame(async () => ({ status: 200, headers: CSDL_HEADERS, body: csdl }), ports);
}
