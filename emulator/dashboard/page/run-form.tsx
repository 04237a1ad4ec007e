import { useRef, useState } from 'preact/hooks';
import type { RunRequest, RunResult } from '../src/messages.ts';
import { call } from './api.ts';
import { ActionButton, CopyButton } from './common.tsx';
import { pretty, toCurl } from './format.ts';

export interface RunTarget {
  readonly name: string;
  /** Of an HTTP function; none: any. */
  readonly methods: readonly string[];
  /** Path and query of an HTTP function, else null. */
  readonly url: string | null;
}

interface RunFormProps {
  readonly target: RunTarget;
  /** What an earlier run was called with. */
  readonly earlier?: RunRequest;
  /** The origin of the functions host, for a command that can be copied. */
  readonly origin?: string;
}

/** A button, and behind it the form with which the function is called. */
export function RunForm({ target, earlier, origin = '' }: RunFormProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  function open(): void {
    setOpen(true);
    dialog.current?.showModal();
  }
  return (
    <>
      <button type="button" onClick={open} aria-label={`${earlier ? 'Run again' : 'Run'} ${target.name}`}>
        {earlier ? 'Run again' : 'Run'}
      </button>
      <dialog ref={dialog} aria-label={`Run ${target.name}`} onClose={() => setOpen(false)}>
        {isOpen && <Form target={target} earlier={earlier} origin={origin} close={() => dialog.current?.close()} />}
      </dialog>
    </>
  );
}

const NO_BODY = ['GET', 'HEAD'];

function Form(props: {
  readonly target: RunTarget;
  readonly earlier: RunRequest | undefined;
  readonly origin: string;
  readonly close: () => void;
}) {
  const { target, earlier, origin, close } = props;
  const isHttp = target.url !== null;
  const [method, setMethod] = useState(earlier?.method ?? target.methods[0] ?? 'GET');
  const [url, setUrl] = useState(earlier?.url ?? target.url ?? '');
  const [input, setInput] = useState(earlier?.input === undefined ? '' : pretty(earlier.input ?? ''));
  const [headers, setHeaders] = useState(headerLines(earlier?.headers ?? { 'content-type': 'application/json' }));
  const [result, setResult] = useState<RunResult>();
  const hasInput = !isHttp || !NO_BODY.includes(method);
  const body = hasInput && input !== '' ? input : null;

  async function run(): Promise<void> {
    const request: RunRequest = isHttp ? { method, url, headers: toHeaders(headers), input: body } : { input: body };
    setResult(undefined);
    setResult(await call<RunResult>('POST', `/functions/${encodeURIComponent(target.name)}/run`, request));
  }

  /** Of the local issuer, with all that it gives by default. */
  async function addToken(): Promise<void> {
    const { token } = await call<{ token: string }>('POST', '/tokens', {});
    const others = headers.split('\n').filter((line) => line !== '' && !/^authorization:/i.test(line));
    setHeaders([...others, `authorization: Bearer ${token}`].join('\n'));
  }

  return (
    <div class="stack">
      <h2>{target.name}</h2>
      {isHttp && (
        <AddressFields methods={target.methods} method={method} url={url} onMethod={setMethod} onUrl={setUrl} />
      )}
      {isHttp && <TextField name="Headers, one a line" rows={3} text={headers} onText={setHeaders} />}
      {hasInput && (
        <TextField name={isHttp ? 'Body' : 'Input of the trigger'} rows={8} text={input} onText={setInput} />
      )}
      <div class="bar">
        <ActionButton isMain action={run}>
          Run
        </ActionButton>
        {isHttp && <ActionButton action={addToken}>Add a token</ActionButton>}
        {isHttp && (
          <CopyButton text={() => toCurl({ method, url: origin + url, input: body })}>Copy as curl</CopyButton>
        )}
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
      {result && <Result {...result} />}
    </div>
  );
}

function AddressFields(props: {
  readonly methods: readonly string[];
  readonly method: string;
  readonly url: string;
  readonly onMethod: (method: string) => void;
  readonly onUrl: (url: string) => void;
}) {
  const { methods, method, url, onMethod, onUrl } = props;
  return (
    <div class="bar">
      <label>
        Method
        <select value={method} onChange={({ currentTarget }) => onMethod(currentTarget.value)}>
          {(methods.length > 0 ? methods : METHODS).map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label class="grow">
        Path
        <input class="mono" value={url} onInput={({ currentTarget }) => onUrl(currentTarget.value)} />
      </label>
    </div>
  );
}

function TextField(props: {
  readonly name: string;
  readonly rows: number;
  readonly text: string;
  readonly onText: (text: string) => void;
}) {
  const { name, rows, text, onText } = props;
  return (
    <label>
      {name}
      <textarea rows={rows} value={text} onInput={({ currentTarget }) => onText(currentTarget.value)} />
    </label>
  );
}

function Result({ succeeded, status, output }: RunResult) {
  return (
    <div class="stack" role="status">
      <span class={succeeded ? 'succeeded' : 'failed'}>
        {succeeded ? 'Succeeded' : 'Failed'} {status ?? ''}
      </span>
      <pre>{pretty(output) || 'No output'}</pre>
    </div>
  );
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** The client sets these itself, or has not kept them. */
const NOT_SENT =
  /^(?:host|connection|content-length|accept-encoding|transfer-encoding|user-agent|traceparent|tracestate)$/i;

function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .filter(([name, value]) => !NOT_SENT.test(name) && value !== '…')
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

function toHeaders(lines: string): Record<string, string> {
  const pairs = lines.split('\n').map((line) => /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line));
  return Object.fromEntries(pairs.flatMap((pair) => (pair?.[1] ? [[pair[1], pair[2] ?? '']] : [])));
}
