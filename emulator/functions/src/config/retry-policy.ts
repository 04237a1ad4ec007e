import type { ConfigReader } from './config-reader.ts';
import type { RetryPolicy } from './host-settings.ts';

/** Reads host.json's `retry`, or that of a function.json; undefined when `section` is empty. */
export function readRetryPolicy(section: ConfigReader): RetryPolicy | undefined {
  const strategy = section.text('strategy');
  if (section.names().length === 0) return undefined;
  const maxRetryCount = section.integer('maxRetryCount', { min: -1 });
  if (maxRetryCount === undefined) throw section.fail('maxRetryCount', 'is required; -1 means to retry for ever');
  if (strategy?.toLowerCase() === 'fixeddelay') {
    const delayMs = section.timeSpan('delayInterval');
    if (delayMs === undefined) throw section.fail('delayInterval', 'is required for the fixedDelay strategy');
    return { strategy: 'fixedDelay', maxRetryCount, delayMs };
  }
  if (strategy?.toLowerCase() === 'exponentialbackoff') {
    const minimumMs = section.timeSpan('minimumInterval');
    const maximumMs = section.timeSpan('maximumInterval');
    if (minimumMs === undefined) throw section.fail('minimumInterval', 'is required for exponentialBackoff');
    if (maximumMs === undefined) throw section.fail('maximumInterval', 'is required for exponentialBackoff');
    if (minimumMs > maximumMs) throw section.fail('minimumInterval', 'must not exceed maximumInterval');
    return { strategy: 'exponentialBackoff', maxRetryCount, minimumMs, maximumMs };
  }
  throw section.fail('strategy', 'must be "fixedDelay" or "exponentialBackoff"');
}
