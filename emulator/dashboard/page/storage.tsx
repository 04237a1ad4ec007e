import { useState } from 'preact/hooks';
import type { BlobState, QueueMessage, QueueState } from '../src/messages.ts';
import { call, useResource } from './api.ts';
import { ActionButton, Ago, ErrorText, Message } from './common.tsx';
import { pretty } from './format.ts';

interface StoragePageProps {
  /** `queue` or `blobs`; undefined: nothing is chosen. */
  readonly kind: string | undefined;
  readonly name: string | undefined;
}

/** Queues with their messages, and containers with their blobs. */
export function StoragePage({ kind, name }: StoragePageProps) {
  const queues = useResource<readonly QueueState[]>('/queues', 'runs');
  const containers = useResource<readonly string[]>('/blobs', 'runs');
  const error = queues.error ?? containers.error;
  if (error) return <ErrorText error={error} />;
  if (!queues.value || !containers.value) return <Message>Loading…</Message>;
  const isEmpty = queues.value.length + containers.value.length === 0;
  return (
    <>
      <h1>Storage</h1>
      <div class="split">
        <div class="panel side">
          {isEmpty && <Message>Storage is empty. It starts with the first message or blob.</Message>}
          {queues.value.map((queue) => (
            <a
              key={queue.name}
              href={`#/storage/queue/${encodeURIComponent(queue.name)}`}
              aria-current={kind === 'queue' && name === queue.name}
            >
              <span>
                {queue.name} <span class="faint">queue</span>
              </span>
              <span class={`number ${isPoison(queue.name) && queue.messages > 0 ? 'failed' : 'faint'}`}>
                {queue.messages}
              </span>
            </a>
          ))}
          {containers.value.map((container) => (
            <a
              key={container}
              href={`#/storage/blobs/${encodeURIComponent(container)}`}
              aria-current={kind === 'blobs' && name === container}
            >
              <span>
                {container} <span class="faint">blobs</span>
              </span>
            </a>
          ))}
        </div>
        <div class="stack">
          {kind === 'queue' && name !== undefined && <Queue key={name} name={name} onChanged={queues.reload} />}
          {kind === 'blobs' && name !== undefined && <Blobs key={name} container={name} />}
          {kind !== 'blobs' && <SendForm queue={kind === 'queue' ? name : undefined} onSent={queues.reload} />}
        </div>
      </div>
    </>
  );
}

function isPoison(queue: string): boolean {
  return queue.endsWith('-poison');
}

function Queue({ name, onChanged }: { readonly name: string; readonly onChanged: () => void }) {
  const path = `/queues/${encodeURIComponent(name)}`;
  const { value: messages, error, reload } = useResource<readonly QueueMessage[]>(`${path}/messages`, 'runs');
  async function act(method: string, action: string): Promise<void> {
    await call(method, `${path}/${action}`);
    reload();
    onChanged();
  }
  return (
    <div class="panel padded">
      <div class="bar">
        <h2 class="grow">{name}</h2>
        {isPoison(name) && (
          <ActionButton isMain action={() => act('POST', 'redeliver')}>
            Run all again
          </ActionButton>
        )}
        <ActionButton action={() => act('DELETE', 'messages')} confirm={`Delete all messages of ${name}?`}>
          Clear
        </ActionButton>
      </div>
      {error && <ErrorText error={error} />}
      {messages?.length === 0 && <Message>No message is waiting.</Message>}
      {messages?.map(({ id, text, insertedAt, dequeueCount }) => (
        <div key={id}>
          <span class="faint">
            <Ago at={insertedAt} /> · received {dequeueCount} {dequeueCount === 1 ? 'time' : 'times'}
          </span>
          <pre>{pretty(text)}</pre>
        </div>
      ))}
    </div>
  );
}

function SendForm({ queue, onSent }: { readonly queue: string | undefined; readonly onSent: () => void }) {
  const [name, setName] = useState(queue ?? '');
  const [text, setText] = useState('');
  async function send(): Promise<void> {
    await call('POST', `/queues/${encodeURIComponent(name)}/messages`, { text });
    setText('');
    onSent();
  }
  return (
    <div class="panel padded">
      <h2>Send a message</h2>
      <label>
        Queue
        <input value={name} onInput={({ currentTarget }) => setName(currentTarget.value)} />
      </label>
      <label>
        Text
        <textarea rows={4} value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
      </label>
      <div class="bar">
        <ActionButton isMain action={send}>
          Send
        </ActionButton>
      </div>
    </div>
  );
}

function Blobs({ container }: { readonly container: string }) {
  const { value: blobs, error } = useResource<readonly BlobState[]>(`/blobs/${encodeURIComponent(container)}`, 'runs');
  if (error) return <ErrorText error={error} />;
  if (!blobs) return <Message>Loading…</Message>;
  if (blobs.length === 0) return <Message>The container has no blob.</Message>;
  return (
    <div class="panel">
      <table>
        <thead>
          <tr>
            <th>Blob</th>
            <th class="number">Bytes</th>
            <th class="number">Changed</th>
          </tr>
        </thead>
        <tbody>
          {blobs.map(({ name, bytes, changedAt }) => (
            <tr key={name}>
              <td class="mono">{name}</td>
              <td class="number">{bytes.toLocaleString('en')}</td>
              <td class="number">
                <Ago at={changedAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
