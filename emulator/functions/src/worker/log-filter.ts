import { configuredLogLevel, LOG_LEVELS, type LoggingSettings } from '../config/host-settings.ts';
import type { HostEvent } from '../ipc/events.ts';

/** Which log lines `logging.logLevel` of host.json lets through. Where it says nothing, whoever listens decides. */
export function logFilter(settings: LoggingSettings): (event: HostEvent) => boolean {
  if (Object.keys(settings.levels).length === 0) return () => true;
  const thresholds = new Map<string, number>();
  return (event) => {
    if (event.type !== 'log') return true;
    let threshold = thresholds.get(event.category);
    if (threshold === undefined) {
      const level = configuredLogLevel(settings, event.category);
      threshold = level === undefined ? 0 : LOG_LEVELS.indexOf(level);
      thresholds.set(event.category, threshold);
    }
    return (
      event.level !== 'none' && threshold < LOG_LEVELS.indexOf('none') && LOG_LEVELS.indexOf(event.level) >= threshold
    );
  };
}
