export { Edge, type EdgeOptions, FOREIGN_PAGE, type Verdict } from './edge.ts';
export { ENDPOINT_RULES, type Endpoint, type EndpointRule } from './endpoint-rules.ts';
export { AllowedHostError, BodyTooLargeError, HttpError, PortInUseError, RequestAbortedError } from './errors.ts';
export { type EarlyServer, listenFirst } from './listen-first.ts';
export { type ListenerOptions, type RawHandler, toRequestListener } from './listener.ts';
export { type LocalCertificate, openLocalCertificate } from './local-certificate.ts';
export type { HttpHandler, HttpRequest, HttpResponse } from './message.ts';
export { type HttpServer, type HttpServerOptions, startHttpServer, type TlsIdentity } from './server.ts';
