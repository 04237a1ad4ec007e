import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Outcome } from '../src/messages.ts';
import { ago, exactTime } from './format.ts';

const MARKS: Readonly<Record<Outcome, string>> = { running: '◌', succeeded: '✓', failed: '✕' };

export function OutcomeMark({ outcome }: { readonly outcome: Outcome }) {
  return (
    <span class={outcome} role="img" aria-label={outcome} title={outcome}>
      {MARKS[outcome]}
    </span>
  );
}

export function Ago({ at }: { readonly at: number }) {
  return <time title={exactTime(at)}>{ago(at)}</time>;
}

/** What a page shows in place of its content: that there is none, and what to do about it; or an error. */
export function Message({ children }: { readonly children: ComponentChildren }) {
  return (
    <div class="message" role="status">
      {children}
    </div>
  );
}

export function ErrorText({ error }: { readonly error: string | undefined }) {
  return (
    <div class="error" role="alert">
      {error}
    </div>
  );
}

/** A button that calls `action`, is disabled until it has ended, and shows its error. */
export function ActionButton(props: {
  readonly action: () => Promise<unknown>;
  readonly isMain?: boolean;
  /** A question that must be confirmed first. */
  readonly confirm?: string;
  readonly children: ComponentChildren;
}) {
  const [state, setState] = useState<{ busy: boolean; error?: string }>({ busy: false });
  async function run(): Promise<void> {
    if (props.confirm !== undefined && !confirm(props.confirm)) return;
    setState({ busy: true });
    try {
      await props.action();
      setState({ busy: false });
    } catch (error) {
      setState({ busy: false, error: (error as Error).message }); // call() rejects with nothing else
    }
  }
  return (
    <>
      <button type="button" class={props.isMain ? 'main' : ''} disabled={state.busy} onClick={run}>
        {props.children}
      </button>
      {state.error !== undefined && <ErrorText error={state.error} />}
    </>
  );
}

export function CopyButton({
  text,
  children,
}: {
  readonly text: () => string | Promise<string>;
  readonly children: ComponentChildren;
}) {
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(await text());
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  }
  return <ActionButton action={copy}>{copied ? 'Copied' : children}</ActionButton>;
}
