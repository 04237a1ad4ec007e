import { basename } from 'node:path';
import { type Randomness, sleep } from '@lazurite/runtime';
import type { SpanContext } from '@opentelemetry/api';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { logLevelOf } from '../../config/host-settings.ts';
import { HOST_VERSION } from '../../host-version.ts';
import type { WorkerInit } from '../../protocol/messages.ts';
import { beginSpan } from './invocation-span.ts';
import { isBelow, recordLine } from './log-records.ts';
import { createOtlpExporters } from './otlp-exporters.ts';
import type { OtlpProtocol } from './otlp-protocol.ts';
import type { Telemetry, TelemetryOptions } from './telemetry.ts';

/** Spans and log records each; what comes beyond is dropped. */
const MAX_QUEUED = 2_048;
/** Soon enough for somebody who has just called the function and looks at its trace. */
const SEND_AFTER_MS = 1_000;
/** A collector that is away must not hold up the end of the worker, nor a reload. */
const CLOSE_WITHIN_MS = 2_000;
const SCOPE = 'lazurite.functions';

/** Exports with providers of its own: the app's own OpenTelemetry, if any, sees and shares nothing of it. */
export async function startOtlpTelemetry(
  protocol: OtlpProtocol,
  { init, parts, warn }: TelemetryOptions,
): Promise<Telemetry> {
  const exporters = await createOtlpExporters(protocol, (error) => warn(describeFailure(init, error)));
  const resource = resourceOf(init);
  const limits = { maxQueueSize: MAX_QUEUED, scheduledDelayMillis: SEND_AFTER_MS };
  const tracers = new TracerProvider({
    resource,
    idGenerator: idsFrom(parts.randomness),
    spanProcessors: [new BatchSpanProcessor({ exporter: exporters.spans, ...limits })],
  });
  const loggers = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: exporters.logs, ...limits })],
  });
  const running = new Map<string, SpanContext>();
  const scope = { tracer: tracers.getTracer(SCOPE, HOST_VERSION), clock: parts.clock, init, running };
  return {
    begin: (fn, request, call) => beginSpan(scope, { fn, request, call }),
    record: (event) => {
      if (event.type !== 'log' || isBelow(event.level, logLevelOf(init.settings.logging, event.category))) return;
      const span = event.invocationId === undefined ? undefined : running.get(event.invocationId);
      recordLine(loggers.getLogger(event.category), event, span);
    },
    close: async () => {
      const flushed = Promise.all([tracers.shutdown(), loggers.shutdown()]).catch(() => undefined);
      await Promise.race([flushed, sleep(parts.clock, CLOSE_WITHIN_MS)]);
    },
  };
}

function resourceOf({ appRoot, env }: WorkerInit) {
  const own = resourceFromAttributes({ 'service.name': env.WEBSITE_SITE_NAME || basename(appRoot) });
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

function idsFrom(randomness: Randomness) {
  const hex = (length: number) => Buffer.from(randomness.bytes(length)).toString('hex');
  return { generateTraceId: () => hex(16), generateSpanId: () => hex(8) };
}

/** Without the path, the query and the user information of the address, which may hold keys. */
function describeFailure({ env }: WorkerInit, error: Error | undefined): string {
  const { origin } = new URL(env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '');
  return `Telemetry could not be exported to ${origin}: ${error?.message || 'no reason given'}. It is tried again with what comes next, and not reported again until it worked in between`;
}
