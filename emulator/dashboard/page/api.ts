import { useEffect, useState } from 'preact/hooks';
import type { ApiErrorBody } from '../src/messages.ts';

/** Calls the API. Rejects with an Error whose message is for a person. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`/api${path}`, {
    method,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (response.status === 204) return undefined as T; // of the operations that return nothing
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as T; // the shapes are those of messages.ts
  throw new Error(messageOf(text) ?? `The dashboard answered ${response.status}`);
}

function messageOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as ApiErrorBody).error.message;
  } catch {
    return text || undefined;
  }
}

export interface Loaded<T> {
  readonly value: T | undefined;
  readonly error: string | undefined;
  readonly reload: () => void;
}

/** Of what the server says that it has changed. */
export type Topic = 'runs' | 'functions';

const listeners = new Set<(topic: Topic) => void>();
let isOpen = false;

/** One stream serves all parts of the page; a stream that ends is opened anew by the browser. */
export function onChange(listener: (topic: Topic) => void): () => void {
  if (!isOpen) openEvents();
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function openEvents(): void {
  isOpen = true;
  const source = new EventSource('/api/events');
  source.addEventListener('change', ({ data }) => {
    for (const listener of listeners) listener(data as Topic);
  });
}

/** Reads a resource, and again when the topic has changed. Without a path nothing is read. */
export function useResource<T>(path: string | undefined, topic?: Topic): Loaded<T> {
  const [loaded, setLoaded] = useState<{ path?: string; value?: T; error?: string }>({});
  const [round, setRound] = useState(0);
  const reload = () => setRound((one) => one + 1);
  useEffect(() => {
    if (path === undefined) return;
    let isCurrent = true;
    call<T>('GET', path).then(
      (value) => isCurrent && setLoaded({ path, value }),
      (error: Error) => isCurrent && setLoaded({ path, error: error.message }),
    );
    return () => {
      isCurrent = false;
    };
  }, [path, round]);
  useEffect(() => (topic ? onChange((changed) => changed === topic && reload()) : undefined), [topic]);
  const isOf = loaded.path === path;
  return { value: isOf ? loaded.value : undefined, error: isOf ? loaded.error : undefined, reload };
}
