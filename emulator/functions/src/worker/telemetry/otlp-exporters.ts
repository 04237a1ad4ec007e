import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { OtlpProtocol } from './otlp-protocol.ts';

export interface OtlpExporters {
  readonly spans: SpanExporter;
  readonly logs: LogRecordExporter;
}

/** Exporters that take address, headers and time limit from the environment, by the names of the specification. */
export async function createOtlpExporters(
  protocol: OtlpProtocol,
  onFailure: (error: Error | undefined) => void,
): Promise<OtlpExporters> {
  const { OTLPTraceExporter, OTLPLogExporter } = await load(protocol);
  const once = firstFailure(onFailure);
  return { spans: watched(new OTLPTraceExporter(), once), logs: watched(new OTLPLogExporter(), once) };
}

async function load(protocol: OtlpProtocol) {
  const [traces, logs] = await (protocol === 'http/json'
    ? Promise.all([import('@opentelemetry/exporter-trace-otlp-http'), import('@opentelemetry/exporter-logs-otlp-http')])
    : Promise.all([
        import('@opentelemetry/exporter-trace-otlp-proto'),
        import('@opentelemetry/exporter-logs-otlp-proto'),
      ]));
  return { OTLPTraceExporter: traces.OTLPTraceExporter, OTLPLogExporter: logs.OTLPLogExporter };
}

/** Passes on the first failure, and the first after each success. */
function firstFailure(onFailure: (error: Error | undefined) => void): (result: ExportResult) => void {
  let failing = false;
  return ({ code, error }) => {
    const failed = code === ExportResultCode.FAILED;
    if (failed && !failing) onFailure(error);
    failing = failed;
  };
}

interface Exporter<T> {
  export(items: T[], callback: (result: ExportResult) => void): void;
}

/**
 * The SDK tells of failures through a handler that it shares with the app's own OpenTelemetry; so they are taken here,
 * and the SDK sees none.
 */
function watched<T, E extends Exporter<T>>(exporter: E & Exporter<T>, onResult: (result: ExportResult) => void): E {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, callback) =>
    send(items, (result) => {
      onResult(result);
      callback({ code: ExportResultCode.SUCCESS });
    });
  return exporter;
}
