import { useEffect } from 'preact/hooks';
import type { FunctionState, Overview } from '../src/messages.ts';
import { call, onChange, useResource } from './api.ts';
import { Ago, CopyButton, ErrorText, Message, OutcomeMark } from './common.tsx';
import { duration } from './format.ts';

import { RunForm } from './run-form.tsx';

export function OverviewPage() {
  const { value, error, reload } = useResource<Overview>('/overview', 'functions');
  useEffect(() => onChange((topic) => topic === 'runs' && reload()), []);
  if (error) return <ErrorText error={error} />;
  if (!value) return <Message>Loading…</Message>;
  return (
    <>
      <h1>Overview</h1>
      <Functions functions={value.functions} />
      <div class="panel padded">
        <h2>Servers</h2>
        <table>
          <tbody>
            {Object.entries(value.servers).map(([name, address]) => (
              <tr key={name}>
                <td>{name}</td>
                <td class="mono">{address}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <div class="bar">
          {value.connectionStrings.map((name) => (
            <CopyButton key={name} text={() => connectionString(name)}>
              Copy the connection string of {name}
            </CopyButton>
          ))}
        </div>
      </div>
    </>
  );
}

async function connectionString(name: string): Promise<string> {
  const all = await call<Record<string, string>>('GET', '/connection-strings');
  return all[name] ?? '';
}

function Functions({ functions }: Pick<Overview, 'functions'>) {
  if (functions.length === 0)
    return <Message>The app has no functions yet. `npx lazurite new` adds one, and it appears here.</Message>;
  return (
    <div class="panel">
      <table>
        <thead>
          <tr>
            <th>Function</th>
            <th>Trigger</th>
            <th>Last run</th>
            <th class="number">Took</th>
            <th>
              <span class="faint">Run</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {functions.map((one) => (
            <FunctionRow key={one.name} {...one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function FunctionRow(one: FunctionState) {
  const { name, triggerType, methods, url, disabled, lastRun } = one;
  return (
    <tr>
      <td>
        <a href={`#/runs/of/${encodeURIComponent(name)}`}>{name}</a>
        {disabled && <span class="faint"> disabled</span>}
      </td>
      <td class="mono">
        {url === null ? triggerType.replace(/Trigger$/, '') : `${methods.join(',') || 'ANY'} ${pathOf(url)}`}
      </td>
      <td>
        {lastRun ? (
          <a href={`#/runs/${lastRun.id}`}>
            <OutcomeMark outcome={lastRun.outcome} /> {lastRun.status ?? ''} <Ago at={lastRun.startedAt} />
          </a>
        ) : (
          <span class="faint">never</span>
        )}
      </td>
      <td class="number">{lastRun ? duration(lastRun.durationMs) : ''}</td>
      <td>
        <RunForm target={{ name, methods, url: url === null ? null : pathOf(url) }} />
      </td>
    </tr>
  );
}

function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]*/, '');
}
