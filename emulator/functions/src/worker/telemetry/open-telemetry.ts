import { isOtlpProtocol, OTLP_PROTOCOLS } from './otlp-protocol.ts';
import type { Telemetry, TelemetryOptions } from './telemetry.ts';

/** The default of the OpenTelemetry specification. */
const DEFAULT_PROTOCOL = 'http/protobuf';

/**
 * The export that the app's settings ask for by `OTEL_EXPORTER_OTLP_ENDPOINT`; undefined without it, and when the
 * settings ask for what there is not. The SDK is loaded here, and only then.
 */
export async function openTelemetry(options: TelemetryOptions): Promise<Telemetry | undefined> {
  const { env } = options.init;
  const endpoint = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint || env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined;
  const protocol = env.OTEL_EXPORTER_OTLP_PROTOCOL || DEFAULT_PROTOCOL;
  if (!/^https?:/i.test(endpoint) || !URL.canParse(endpoint)) {
    options.warn('Telemetry is not exported: OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https address');
    return undefined;
  }
  if (!isOtlpProtocol(protocol)) {
    const known = OTLP_PROTOCOLS.join(' or ');
    options.warn(`Telemetry is not exported: OTEL_EXPORTER_OTLP_PROTOCOL is '${protocol}'; here it can be ${known}`);
    return undefined;
  }
  const { startOtlpTelemetry } = await import('./otlp-telemetry.ts');
  return startOtlpTelemetry(protocol, options);
}
