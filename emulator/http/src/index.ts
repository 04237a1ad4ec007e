export { Edge, type EdgeOptions, FOREIGN_PAGE, type Verdict } from './edge.ts';
export { ENDPOINT_RULES, type Endpoint, type EndpointRule } from './endpoint-rules.ts';
export { AllowedHostError, BodyTooLargeError, HttpError, PortInUseError, RequestAbortedError } from './errors.ts';
export { type LandingPage, landingPageFor } from './landing-page.ts';
export { type ListenerOptions, type RawHandler, toRequestListener } from './listener.ts';
export { type LocalCertificate, openLocalCertificate } from './local-certificate.ts';
export type { HttpHandler, HttpRequest, HttpResponse } from './message.ts';
export { type Probe, probePort } from './probe.ts';
export {
  type EarlyServer,
  type HttpServer,
  type HttpServerOptions,
  listenFirst,
  startHttpServer,
  type TlsIdentity,
} from './server.ts';
