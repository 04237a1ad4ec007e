import { basename } from 'node:path';
import { type Randomness, sleep } from '@lazurite/runtime';
import { ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import { type Logger, SeverityNumber } from '@opentelemetry/api-logs';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { LOG_LEVELS, type LogLevel, logLevelOf } from '../../config/host-settings.ts';
import { HOST_VERSION } from '../../host-version.ts';
import type { HostEvent } from '../../protocol/events.ts';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { WorkerDependencies } from '../invocation/function-app.ts';
import type { Telemetry } from '../invocation/telemetry.ts';
import { beginSpan } from './invocation-span.ts';
import { createOtlpExporters, type OtlpProtocol } from './otlp-exporters.ts';

/** For spans and for log records each. More are dropped. */
const MAX_QUEUED = 2_048;
/** Short enough for a developer who calls a function and looks at its trace. */
const SEND_AFTER_MS = 1_000;
/** An unavailable collector must delay neither the end of the worker nor a reload. */
const CLOSE_WITHIN_MS = 2_000;
const SCOPE = 'lazurite.functions';

export interface TelemetryOptions {
  readonly init: WorkerInit;
  readonly dependencies: Pick<WorkerDependencies, 'clock' | 'randomness'>;
  /** Called with the reason when nothing can be exported. */
  readonly warn: (message: string) => void;
}

/** Exports with providers of its own, which the app's own OpenTelemetry does not share. */
export async function startOtlpTelemetry(
  protocol: OtlpProtocol,
  { init, dependencies, warn }: TelemetryOptions,
): Promise<Telemetry> {
  const exporters = await createOtlpExporters(protocol, (error) => warn(describeFailure(init, error)));
  const resource = resourceOf(init);
  const limits = { maxQueueSize: MAX_QUEUED, scheduledDelayMillis: SEND_AFTER_MS };
  const tracers = new TracerProvider({
    resource,
    idGenerator: idsFrom(dependencies.randomness),
    spanProcessors: [new BatchSpanProcessor({ exporter: exporters.spans, ...limits })],
  });
  const loggers = new LoggerProvider({
    resource,
    processors: [new BatchLogRecordProcessor({ exporter: exporters.logs, ...limits })],
  });
  const running = new Map<string, SpanContext>();
  const spans = { tracer: tracers.getTracer(SCOPE, HOST_VERSION), clock: dependencies.clock, init, running };
  return {
    begin: (fn, request, call) => beginSpan(spans, { fn, request, call }),
    record: (event) => {
      if (event.type !== 'log' || isBelow(event.level, logLevelOf(init.settings.logging, event.category))) return;
      const span = event.invocationId === undefined ? undefined : running.get(event.invocationId);
      recordLine(loggers.getLogger(event.category), event, span);
    },
    close: async () => {
      const flushed = Promise.all([tracers.shutdown(), loggers.shutdown()]).catch(() => undefined);
      await Promise.race([flushed, sleep(dependencies.clock, CLOSE_WITHIN_MS)]);
    },
  };
}

function resourceOf({ appRoot, env }: WorkerInit) {
  const own = resourceFromAttributes({ 'service.name': env.WEBSITE_SITE_NAME || basename(appRoot) });
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES take precedence.
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

function idsFrom(randomness: Randomness) {
  const hex = (length: number) => Buffer.from(randomness.bytes(length)).toString('hex');
  return { generateTraceId: () => hex(16), generateSpanId: () => hex(8) };
}

/** Names only the origin of the address: path, query and user information may hold keys. */
function describeFailure({ env }: WorkerInit, error: Error | undefined): string {
  const { origin } = new URL(env.OTEL_EXPORTER_OTLP_ENDPOINT ?? '');
  return `Telemetry could not be exported to ${origin}: ${error?.message || 'no reason given'}. It is tried again with what comes next, and not reported again until it worked in between`;
}

/** OpenTelemetry log data model, appendix B: levels of Microsoft.Extensions.Logging. */
const SEVERITY: Readonly<Record<LogLevel, SeverityNumber>> = {
  trace: SeverityNumber.TRACE,
  debug: SeverityNumber.DEBUG,
  information: SeverityNumber.INFO,
  warning: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
  critical: SeverityNumber.FATAL,
  none: SeverityNumber.UNSPECIFIED,
};

function isBelow(level: LogLevel, least: LogLevel): boolean {
  return least === 'none' || level === 'none' || LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least);
}

/** @param span of the running invocation that logged the line */
function recordLine(
  logger: Logger,
  { level, message, functionName, invocationId, at }: Extract<HostEvent, { type: 'log' }>,
  span: SpanContext | undefined,
): void {
  logger.emit({
    timestamp: at,
    observedTimestamp: at,
    severityNumber: SEVERITY[level],
    severityText: level,
    body: message,
    attributes: {
      ...(functionName !== undefined && { 'faas.name': functionName }),
      ...(invocationId !== undefined && { 'faas.invocation_id': invocationId }),
    },
    context: span ? trace.setSpanContext(ROOT_CONTEXT, span) : ROOT_CONTEXT,
  });
}
