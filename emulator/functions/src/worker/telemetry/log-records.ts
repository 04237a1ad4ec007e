import { ROOT_CONTEXT, type SpanContext, trace } from '@opentelemetry/api';
import { type Logger, SeverityNumber } from '@opentelemetry/api-logs';
import { LOG_LEVELS, type LogLevel } from '../../config/host-settings.ts';
import type { HostEvent } from '../../protocol/events.ts';

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

export function isBelow(level: LogLevel, least: LogLevel): boolean {
  return least === 'none' || level === 'none' || LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least);
}

/** @param span of the invocation that logged it, while it runs */
export function recordLine(
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
