import { APP_SETTINGS, type Environment } from './app-settings.ts';

export interface TelemetrySettings {
  /** Over OTLP to the collector that the environment names; null: to none. */
  readonly otlp: OtlpProtocol | null;
  /** To Azure Monitor; null: not there. */
  readonly azureMonitor: AzureMonitorSettings | null;
  readonly serviceName: string;
  readonly metricIntervalMs: number;
}

type OtlpProtocol = (typeof PROTOCOLS)[number];

interface AzureMonitorSettings {
  readonly connectionString: string;
  /** Null: the resource takes telemetry from everybody who knows it. */
  readonly identity: { readonly clientId: string | null } | null;
}

const PROTOCOLS = APP_SETTINGS.OTEL_EXPORTER_OTLP_PROTOCOL.values;

/** Null: nobody asked for any. */
export function readTelemetry(env: Environment, problems: string[]): TelemetrySettings | null {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return null;
  const otlp = env.OTEL_EXPORTER_OTLP_ENDPOINT ? readProtocol(env, problems) : null;
  const azureMonitor = readAzureMonitor(env);
  if (!otlp && !azureMonitor) return null;
  return {
    otlp,
    azureMonitor,
    serviceName: env.WEBSITE_SITE_NAME || APP_SETTINGS.WEBSITE_SITE_NAME.default,
    metricIntervalMs: readInterval(env, problems),
  };
}

/** A client for gRPC outweighs the whole app. */
function readProtocol({ OTEL_EXPORTER_OTLP_PROTOCOL: value }: Environment, problems: string[]): OtlpProtocol {
  const wanted = value || APP_SETTINGS.OTEL_EXPORTER_OTLP_PROTOCOL.default;
  const known = PROTOCOLS.find((protocol) => protocol === wanted);
  if (!known) problems.push(`OTEL_EXPORTER_OTLP_PROTOCOL is neither ${PROTOCOLS.join(' nor ')}`);
  return known ?? APP_SETTINGS.OTEL_EXPORTER_OTLP_PROTOCOL.default;
}

function readAzureMonitor(env: Environment): AzureMonitorSettings | null {
  const connectionString = env.APPLICATIONINSIGHTS_CONNECTION_STRING;
  if (!connectionString) return null;
  const parts = Object.fromEntries(
    (env.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? '').split(';').map((part) => {
      const [name = '', value = ''] = part.split('=', 2);
      return [name.trim().toLowerCase(), value.trim()];
    }),
  );
  const identity = parts.authorization?.toLowerCase() === 'aad' ? { clientId: parts.clientid || null } : null;
  return { connectionString, identity };
}

function readInterval({ OTEL_METRIC_EXPORT_INTERVAL: value }: Environment, problems: string[]): number {
  const text = value || APP_SETTINGS.OTEL_METRIC_EXPORT_INTERVAL.default;
  if (!/^[1-9]\d{1,8}$/.test(text)) problems.push('OTEL_METRIC_EXPORT_INTERVAL is no number of milliseconds');
  return Number(text);
}
