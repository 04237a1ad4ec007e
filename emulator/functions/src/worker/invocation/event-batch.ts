import type { Clock, Log, Timer } from '@lazurite/runtime';
import { configuredLogLevel, LOG_LEVELS, type LoggingSettings, type LogLevel } from '../../config/host-settings.ts';
import { describeThrown } from '../../errors.ts';
import type { HostEvent } from '../../protocol/events.ts';
import type { FromWorker } from '../../protocol/messages.ts';

/** Returns the event to send in place of the given one, or null to drop it. */
export type EventFilter = (event: HostEvent) => HostEvent | null;

/** Under load, one message carries many events; a person does not notice the delay. */
const FLUSH_AFTER_MS = 5;

/** Where events are sent: the channel of a worker process, as Node has it. */
export interface EventChannel {
  /** Returns false when messages are sent faster than they are taken. */
  send?(message: Extract<FromWorker, { type: 'events' }>): boolean;
}

/** Collects events and sends them together: a message between processes costs more than many events in it. */
export class EventBatch {
  /** Whether the last events were sent faster than they are taken. */
  isBackedUp = false;
  readonly #channel: EventChannel;
  readonly #clock: Clock;
  readonly #flushAfterMs: number;
  #pending: HostEvent[] = [];
  #timer: Timer | undefined;
  #filter: EventFilter = (event) => event;
  #listener: ((event: HostEvent) => void) | undefined;

  /** @param flushAfterMs how long events are collected; 0: each is sent at once */
  constructor(clock: Clock, channel: EventChannel, flushAfterMs = FLUSH_AFTER_MS) {
    this.#clock = clock;
    this.#channel = channel;
    this.#flushAfterMs = flushAfterMs;
  }

  /** Applies to all later events. */
  setFilter(filter: EventFilter): void {
    this.#filter = filter;
  }

  /** Calls `listener` at once for each later event that the filter keeps. */
  setListener(listener: (event: HostEvent) => void): void {
    this.#listener = listener;
  }

  push(pushed: HostEvent): void {
    const event = this.#filter(pushed);
    if (!event) return;
    this.#listener?.(event);
    this.#pending.push(event);
    if (this.#flushAfterMs === 0) this.flush();
    else this.#timer ??= this.#clock.setTimer(this.#flushAfterMs, () => this.flush());
  }

  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    const events = this.#pending;
    this.#pending = [];
    this.isBackedUp = this.#channel.send?.({ type: 'events', events }) === false;
  }
}

/** A log of triggers, bindings and the listener that writes to `events`. */
export function createEventLog(events: EventBatch, clock: Clock): Log {
  function write(level: 'debug' | 'information' | 'warning' | 'error'): Log['info'] {
    return (fields, message) => {
      const text = 'err' in fields ? `${message}: ${describeThrown(fields.err)}` : message;
      events.push({ type: 'log', level, category: 'Host.Triggers', message: text, ...nameOf(fields), at: clock.now() });
    };
  }
  return { debug: write('debug'), info: write('information'), warn: write('warning'), error: write('error') };
}

function nameOf(fields: object): { readonly functionName?: string } {
  const named = 'functionName' in fields && typeof fields.functionName === 'string';
  return named ? { functionName: String(fields.functionName) } : {};
}

/**
 * Drops the log lines that `logging.logLevel` of host.json excludes. Starts and ends of invocations are marked as quiet
 * instead, because tools count on them. Without configured levels every event passes, and the consumer decides.
 */
export function createLogLevelFilter(settings: LoggingSettings): EventFilter {
  if (Object.keys(settings.levels).length === 0) return (event) => event;
  const isEnabled = createLevelCheck(settings);
  return (event) => {
    const place = placeOf(event);
    if (!place || isEnabled(place.category, place.level)) return event;
    const isCounted = event.type === 'invocation-started' || event.type === 'invocation-finished';
    return isCounted ? { ...event, isQuiet: true } : null;
  };
}

interface LogPlace {
  readonly category: string;
  readonly level: LogLevel;
}

/** What Azure's host would log an event as; undefined for one that it would not log. */
function placeOf(event: HostEvent): LogPlace | undefined {
  switch (event.type) {
    case 'log':
      return event;
    case 'request-finished':
      return { category: 'Host.Requests', level: 'information' };
    case 'invocation-started':
      return { category: `Function.${event.functionName}`, level: 'information' };
    case 'invocation-finished':
      return { category: `Function.${event.functionName}`, level: event.succeeded ? 'information' : 'error' };
    default:
      return undefined;
  }
}

function createLevelCheck(settings: LoggingSettings): (category: string, level: LogLevel) => boolean {
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
