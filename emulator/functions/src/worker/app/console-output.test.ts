import { VirtualClock } from '@lazurite/runtime';
import type { HostEvent } from '../../protocol/events.ts';
import { EventBatch } from '../invocation/event-batch.ts';
import { type OutputStream, reportOutput } from './console-output.ts';

function openOutput() {
  const clock = new VirtualClock();
  const sent: HostEvent[] = [];
  const piped: string[] = [];
  const state = { isBackedUp: false };
  const events = new EventBatch(clock, {
    send: (message) => sent.push(...message.events) > 0 && !state.isBackedUp,
  });
  const output: OutputStream = { write: (chunk: unknown) => piped.push(String(chunk)) > 0 };
  const flush = reportOutput(output, {
    stream: 'stdout',
    events,
    now: () => clock.now(),
  });
  const lines = () => sent.map((event) => (event.type === 'console' ? event.line : event.type));
  function flushAll(): void {
    flush();
    events.flush();
  }
  return { output, events, flush: flushAll, lines, piped, state };
}

test('lines of an app are sent at once, behind the events before them', () => {
  const { output, events, lines } = openOutput();
  events.push({ type: 'invocation-started', functionName: 'f', invocationId: 'i', reason: 'why', at: 1 });
  output.write('first\r\nsecond\nthi');
  expect(lines()).toEqual(['invocation-started', 'first', 'second']);
  output.write('rd\n');
  expect(lines().at(-1)).toBe('third');
});

test('a character whose bytes come in two writes is whole, and the last line needs no end', () => {
  const { output, flush, lines } = openOutput();
  const bytes = Buffer.from('é\nend');
  output.write(bytes.subarray(0, 1));
  output.write(bytes.subarray(1));
  output.write('2e', 'hex');
  flush();
  expect(lines()).toEqual(['é', 'end.']);
});

test('a write calls back, and goes to the pipe while the supervisor takes no more events', async () => {
  const { output, lines, piped, state } = openOutput();
  state.isBackedUp = true;
  await new Promise<void>((resolve) => void output.write('one\npart', () => resolve()));
  output.write(' two\n');
  expect([lines(), piped]).toEqual([['one'], ['part two\n']]);
});
