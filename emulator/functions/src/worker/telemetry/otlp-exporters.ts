import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { LogRecordExporter } from '@opentelemetry/sdk-logs';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** Supported values of `OTEL_EXPORTER_OTLP_PROTOCOL`. gRPC is not supported, because its client is larger than all the rest. */
export type OtlpProtocol = 'http/protobuf' | 'http/json';

export interface OtlpExporters {
  readonly spans: SpanExporter;
  readonly logs: LogRecordExporter;
}

/** Exporters that read address, headers and time limit from the environment variables of the specification. */
export async function createOtlpExporters(
  protocol: OtlpProtocol,
  onFailure: (error: Error | undefined) => void,
): Promise<OtlpExporters> {
  const { OTLPTraceExporter, OTLPLogExporter } = await load(protocol);
  const once = firstFailure(onFailure);
  return {
    spans: withResultHandler(new OTLPTraceExporter(), once),
    logs: withResultHandler(new OTLPLogExporter(), once),
  };
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

/** Reports the first failure, and the first one after each success. */
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
 * Handles failures here and hides them from the SDK, whose error handler is shared with the app's own OpenTelemetry.
 */
function withResultHandler<T, E extends Exporter<T>>(
  exporter: E & Exporter<T>,
  onResult: (result: ExportResult) => void,
): E {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, callback) =>
    send(items, (result) => {
      onResult(result);
      callback({ code: ExportResultCode.SUCCESS });
    });
  return exporter;
}
