import { configuredLogLevel, LOG_LEVELS, type LoggingSettings, type LogLevel } from '../../config/host-settings.ts';
import type { HostEvent } from '../../protocol/events.ts';

type Screen = (event: HostEvent) => HostEvent | null;

/**
 * Drops the log lines that `logging.logLevel` of host.json leaves out, and marks the beginnings and ends of invocations
 * that it does: others than consoles count on those. Where it says nothing, whoever listens decides.
 */
export function screenByLevel(settings: LoggingSettings): Screen {
  if (Object.keys(settings.levels).length === 0) return (event) => event;
  const isLet = levelGate(settings);
  return (event) => {
    switch (event.type) {
      case 'log':
        return isLet(event.category, event.level) ? event : null;
      case 'invocation-started':
        return isLet(`Function.${event.functionName}`, 'information') ? event : { ...event, isQuiet: true };
      case 'invocation-finished':
        return isLet(`Function.${event.functionName}`, event.succeeded ? 'information' : 'error')
          ? event
          : { ...event, isQuiet: true };
      default:
        return event;
    }
  };
}

function levelGate(settings: LoggingSettings): (category: string, level: LogLevel) => boolean {
  const thresholds = new Map<string, number>();
  return (category, level) => {
    let threshold = thresholds.get(category);
    if (threshold === undefined) {
      const configured = configuredLogLevel(settings, category);
      threshold = configured === undefined ? 0 : LOG_LEVELS.indexOf(configured);
      thresholds.set(category, threshold);
    }
    return level !== 'none' && threshold < LOG_LEVELS.indexOf('none') && LOG_LEVELS.indexOf(level) >= threshold;
  };
}
