import type { Clock, Log } from '@lazurite/runtime';
import { describeThrown } from '../../errors.ts';
import type { EventBatch } from './event-batch.ts';

/** What triggers, bindings and the listener have to say, as events. Levels are those of the host's log. */
export function eventLog(events: EventBatch, clock: Clock): Log {
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
