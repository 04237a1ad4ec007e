import type { CosmosCallSpan, Overview, RunDetails } from '../src/messages.ts';
import { useResource } from './api.ts';
import { Ago, ErrorText, Message, OutcomeMark } from './common.tsx';
import { clockTime, duration, pretty, requestUnits } from './format.ts';
import { RunForm } from './run-form.tsx';

/** One run: what it was called with, what it did, what came of it. */
export function RunPage({ id }: { readonly id: string }) {
  const { value: run, error } = useResource<RunDetails>(`/runs/${encodeURIComponent(id)}`, 'runs');
  const { value: overview } = useResource<Overview>('/overview');
  if (error)
    return (
      <Message>
        {error}. The oldest runs are forgotten. <a href="#/runs">All runs</a>
      </Message>
    );
  if (!run) return <Message>Loading…</Message>;
  const state = overview?.functions.find(({ name }) => name === run.functionName);
  const isHttp = run.url !== null;
  return (
    <>
      <div class="bar">
        <h1 class="grow">
          <OutcomeMark outcome={run.outcome} /> {run.functionName} <span class="faint">{run.status ?? ''}</span>
        </h1>
        <RunForm
          target={{ name: run.functionName, methods: state?.methods ?? [], url: run.url }}
          earlier={{
            input: run.payload.input,
            ...(isHttp && { method: run.method ?? 'GET', url: run.url ?? '/', headers: run.payload.headers ?? {} }),
          }}
          origin={overview?.servers.Functions ?? ''}
        />
        <a href="#/runs">All runs</a>
      </div>
      <p class="faint">
        {isHttp ? `${run.method} ${run.url}` : run.reason} · <Ago at={run.startedAt} /> · {duration(run.durationMs)}
        {run.charge > 0 && ` · ${requestUnits(run.charge)}`} · <span class="mono">{run.invocationId}</span>
      </p>
      {run.error !== null && <ErrorText error={run.error} />}
      <Waterfall run={run} />
      <Texts run={run} />
      <Logs run={run} />
    </>
  );
}

/** When each call began and ended, along the time of the run. */
function Waterfall({ run }: { readonly run: RunDetails }) {
  const end = Math.max(
    run.durationMs ?? 0,
    ...run.calls.map((call) => call.startedAt - run.startedAt + call.durationMs),
    1,
  );
  const own = { startedAt: run.startedAt, durationMs: run.durationMs ?? end };
  return (
    <section class="panel padded">
      <h2>What it did</h2>
      <div class="waterfall">
        <strong>{run.functionName}</strong>
        <span class="number">{run.status}</span>
        <span class="number">{duration(run.durationMs)}</span>
        <Bar span={own} run={run} end={end} />
        {run.calls.map((call, index) => (
          <CallRow key={`${index} ${call.path}`} call={call} run={run} end={end} />
        ))}
      </div>
      {run.calls.length === 0 && <span class="faint">It has not called Cosmos DB.</span>}
    </section>
  );
}

interface OnTrack {
  readonly run: RunDetails;
  /** In ms from the start of the run. */
  readonly end: number;
}

function CallRow({ call, run, end }: OnTrack & { readonly call: CosmosCallSpan }) {
  return (
    <>
      <span class="mono" title={call.path}>
        {call.operation} {resourceOf(call.path)} <span class="faint">{requestUnits(call.charge)}</span>
      </span>
      <span class={`number ${call.status >= 400 ? 'failed' : ''}`}>{call.status}</span>
      <span class="number">{duration(call.durationMs)}</span>
      <Bar span={call} run={run} end={end} />
    </>
  );
}

function Bar({
  span,
  run,
  end,
}: OnTrack & { readonly span: { readonly startedAt: number; readonly durationMs: number } }) {
  const left = Math.max(0, Math.min(100, ((span.startedAt - run.startedAt) / end) * 100));
  const width = Math.min(100 - left, (span.durationMs / end) * 100);
  return (
    <span class="track">
      <i style={{ left: `${left}%`, width: `${width}%` }} />
    </span>
  );
}

/** `dbs/shop/colls/orders/docs/7` as `shop/orders/7`. */
function resourceOf(path: string): string {
  return path
    .split('/')
    .filter((_, index) => index % 2 === 1)
    .map(safeDecode)
    .join('/');
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function Texts({ run }: { readonly run: RunDetails }) {
  const { headers, input, output, isCut } = run.payload;
  return (
    <section class="panel padded">
      <h2>Input and output</h2>
      {headers && (
        <details>
          <summary>Headers of the request (credentials are left out)</summary>
          <pre>
            {Object.entries(headers)
              .map(([name, value]) => `${name}: ${value}`)
              .join('\n')}
          </pre>
        </details>
      )}
      {input !== null && <Text name="Input" text={input} />}
      {output !== null && <Text name="Output" text={output} />}
      {input === null && output === null && <span class="faint">Neither had a body.</span>}
      {isCut && <span class="faint">What is longer than 64 KB is cut.</span>}
    </section>
  );
}

function Text({ name, text }: { readonly name: string; readonly text: string }) {
  return (
    <details open>
      <summary>{name}</summary>
      <pre>{pretty(text)}</pre>
    </details>
  );
}

function Logs({ run }: { readonly run: RunDetails }) {
  return (
    <section class="panel padded">
      <h2>Log</h2>
      {run.logs.length === 0 ? (
        <span class="faint">It has logged nothing.</span>
      ) : (
        <table>
          <tbody>
            {run.logs.map(({ id, at, level, message }) => (
              <tr key={id}>
                <td class="mono faint">{clockTime(at)}</td>
                <td class={level === 'error' || level === 'critical' ? 'failed' : 'faint'}>{level}</td>
                <td class="mono">{message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
