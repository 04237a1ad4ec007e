import type { LogLine } from '../src/messages.ts';
import { useResource } from './api.ts';
import { ErrorText, Message } from './common.tsx';
import { clockTime, exactTime } from './format.ts';
import { VirtualList } from './virtual-list.tsx';

/** The last lines of the whole app, newest first. */
export function LogsPage() {
  const { value, error } = useResource<readonly LogLine[]>('/logs?limit=1000', 'runs');
  const lines = value?.toReversed() ?? [];
  return (
    <>
      <h1>Logs</h1>
      {error && <ErrorText error={error} />}
      <div class="panel fill">
        {value?.length === 0 && <Message>Nothing has been logged yet.</Message>}
        <VirtualList
          label="Log lines, newest first"
          count={lines.length}
          row={(index) => {
            const line = lines[index];
            return line && <Line line={line} />;
          }}
        />
      </div>
    </>
  );
}

function Line({ line: { at, level, category, message, functionName } }: { readonly line: LogLine }) {
  return (
    <div class="row logs mono">
      <time class="faint" title={exactTime(at)}>
        {clockTime(at)}
      </time>
      <span class={level === 'error' || level === 'critical' ? 'failed' : 'faint'}>{level}</span>
      <span class="faint">{functionName ?? category}</span>
      <span title={message}>{message}</span>
    </div>
  );
}
