import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { AppTelemetry, TelemetryDependencies, TelemetrySettings } from './app-telemetry.ts';
import { type Exporters, openExporters } from './exporters.ts';
import { RequestIdsProcessor } from './request-ids.ts';
import { createMeters } from './span-dependencies.ts';
import { createSpans } from './spans.ts';

const SCOPE = 'teams-async-operations';

/** Soon enough for somebody who has just sent a request and looks at its trace. */
const SEND_AFTER_MS = 1_000;

export async function openTelemetry(settings: TelemetrySettings, parts: TelemetryDependencies): Promise<AppTelemetry> {
  return telemetryTo(await openExporters(settings), settings, parts);
}

/** Traces and metrics through providers of our own: nothing is registered for the whole process, which the host shares. */
export function telemetryTo(
  exporters: Exporters,
  settings: Pick<TelemetrySettings, 'serviceName' | 'metricIntervalMs'>,
  { elapsed }: Pick<TelemetryDependencies, 'elapsed'>,
): AppTelemetry {
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': settings.serviceName }))
    .merge(detectResources({ detectors: [envDetector] })); // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win
  const tracers = new TracerProvider({
    resource,
    spanProcessors: [
      new RequestIdsProcessor(),
      ...exporters.spans.map((exporter) => new BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_AFTER_MS })),
    ],
  });
  const exportIntervalMillis = settings.metricIntervalMs;
  const exportTimeoutMillis = Math.min(exportIntervalMillis, 30_000);
  const meters = new MeterProvider({
    resource,
    readers: exporters.metrics.map(
      (exporter) => new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis }),
    ),
  });
  const contexts = new AsyncLocalStorageContextManager().enable();
  const recorders = createMeters(meters.getMeter(SCOPE));
  const spans = createSpans({ tracer: tracers.getTracer(SCOPE), contexts, meters: recorders, elapsed });
  return {
    ...spans,
    notificationDelivered: (delayMs) => recorders.notificationDelay.record(delayMs / 1_000),
    // A collector that is away is no reason for the process to stay.
    close: async () => void (await Promise.allSettled([tracers.shutdown(), meters.shutdown()])),
  };
}
