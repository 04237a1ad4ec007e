import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { AzureMonitorSettings, OtlpProtocol, TelemetrySettings } from './app-telemetry.ts';

export interface Exporters {
  readonly spans: readonly SpanExporter[];
  readonly metrics: readonly PushMetricExporter[];
}

/** Loads only those that are asked for. */
export async function openExporters({ otlp, azureMonitor }: TelemetrySettings): Promise<Exporters> {
  const opened = await Promise.all([
    ...(otlp ? [openOtlp(otlp)] : []),
    ...(azureMonitor ? [openAzureMonitor(azureMonitor)] : []),
  ]);
  return { spans: opened.flatMap(({ spans }) => spans), metrics: opened.flatMap(({ metrics }) => metrics) };
}

/** Address, headers and time limit are taken from the environment, by the names of the specification. */
async function openOtlp(protocol: OtlpProtocol): Promise<Exporters> {
  const [{ OTLPTraceExporter }, { OTLPMetricExporter }] = await (protocol === 'http/json'
    ? Promise.all([
        import('@opentelemetry/exporter-trace-otlp-http'),
        import('@opentelemetry/exporter-metrics-otlp-http'),
      ])
    : Promise.all([
        import('@opentelemetry/exporter-trace-otlp-proto'),
        import('@opentelemetry/exporter-metrics-otlp-proto'),
      ]));
  return { spans: [new OTLPTraceExporter()], metrics: [new OTLPMetricExporter()] };
}

async function openAzureMonitor({ connectionString, identity }: AzureMonitorSettings): Promise<Exporters> {
  const { AzureMonitorTraceExporter, AzureMonitorMetricExporter } = await import(
    '@azure/monitor-opentelemetry-exporter'
  );
  const options = {
    connectionString,
    disableOfflineStorage: true, // what is kept on an instance's disk is gone with it
    ...(identity && { credential: await openCredential(identity.clientId) }),
  };
  return { spans: [new AzureMonitorTraceExporter(options)], metrics: [new AzureMonitorMetricExporter(options)] };
}

async function openCredential(clientId: string | null) {
  const { ManagedIdentityCredential } = await import('@azure/identity');
  return clientId === null ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
}
