/** Values of `OTEL_EXPORTER_OTLP_PROTOCOL` that are understood. gRPC is not: its client is larger than all the rest. */
export const OTLP_PROTOCOLS = ['http/protobuf', 'http/json'] as const;
export type OtlpProtocol = (typeof OTLP_PROTOCOLS)[number];

export function isOtlpProtocol(text: string): text is OtlpProtocol {
  return OTLP_PROTOCOLS.some((protocol) => protocol === text);
}
