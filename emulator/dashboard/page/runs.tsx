import { useEffect, useRef, useState } from 'preact/hooks';
import type { Overview, Run, RunPage } from '../src/messages.ts';
import { call, onChange, useResource } from './api.ts';
import { ActionButton, Ago, ErrorText, Message, OutcomeMark } from './common.tsx';
import { duration, requestUnits } from './format.ts';
import { VirtualList } from './virtual-list.tsx';

const PAGE = 100;
/** Typing is not searching: the filter applies when the keys rest. */
const TYPING_MS = 150;

interface Filter {
  /** `hidden`: without the runs that the log levels of host.json leave out. */
  readonly quiet: string;
  readonly function: string;
  readonly outcome: string;
  readonly text: string;
}

/** @param functionName the function whose runs are shown at first; absent: all */
export function RunsPage({ functionName = '' }: { readonly functionName?: string | undefined }) {
  const [filter, setFilter] = useState<Filter>({
    quiet: functionName ? '' : 'hidden',
    function: functionName,
    outcome: '',
    text: '',
  });
  const { value: overview } = useResource<Overview>('/overview', 'functions');
  const { total, runOf, error, show } = useRuns(filter);
  const isFiltered = [filter.function, filter.outcome, filter.text].some(Boolean);
  return (
    <>
      <div class="bar">
        <h1 class="grow">Runs</h1>
        <FilterBar filter={filter} names={overview?.functions.map(({ name }) => name) ?? []} onFilter={setFilter} />
        <ActionButton action={() => call('DELETE', '/runs')} confirm="Forget all runs and log lines?">
          Clear
        </ActionButton>
      </div>
      <div class="panel fill">
        <div class="head runs" aria-hidden="true">
          <span />
          <span>Function</span>
          <span>Request or reason</span>
          <span class="number">Status</span>
          <span class="number">Took</span>
          <span class="number">RU</span>
          <span class="number">Started</span>
        </div>
        {error && <ErrorText error={error} />}
        {total === 0 && (
          <Message>
            {isFiltered
              ? 'No run matches the filter.'
              : 'Nothing has run yet. Send a request to the app, or use a Run button on the overview.'}
          </Message>
        )}
        <VirtualList
          label="Runs, newest first"
          count={total ?? 0}
          onRange={show}
          row={(index) => <RunRow run={runOf(index)} />}
        />
      </div>
      <p class="faint" role="status">
        {total === undefined ? 'Loading…' : `${total.toLocaleString('en')} ${total === 1 ? 'run' : 'runs'}`}
      </p>
    </>
  );
}

function FilterBar(props: {
  readonly filter: Filter;
  readonly names: readonly string[];
  readonly onFilter: (filter: Filter) => void;
}) {
  const { filter, names, onFilter } = props;
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  function onText(text: string): void {
    clearTimeout(typing.current);
    typing.current = setTimeout(() => onFilter({ ...filter, text }), TYPING_MS);
  }
  return (
    <>
      <input
        type="search"
        placeholder="Filter by text"
        aria-label="Filter by text"
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
      <select
        aria-label="Function"
        value={filter.function}
        onChange={({ currentTarget }) => onFilter({ ...filter, function: currentTarget.value })}
      >
        <option value="">All functions</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select
        aria-label="Outcome"
        value={filter.outcome}
        onChange={({ currentTarget }) => onFilter({ ...filter, outcome: currentTarget.value })}
      >
        <option value="">All outcomes</option>
        <option>succeeded</option>
        <option>failed</option>
        <option>running</option>
      </select>
      <label class="inline">
        <input
          type="checkbox"
          checked={filter.quiet === ''}
          onChange={({ currentTarget }) => onFilter({ ...filter, quiet: currentTarget.checked ? '' : 'hidden' })}
        />
        Quiet ones
      </label>
    </>
  );
}

/** The runs that the filter lets through, read page by page as they are scrolled to, and again when there are new ones. */
function useRuns(filter: Filter) {
  const [pages, setPages] = useState<ReadonlyMap<number, readonly Run[]>>(new Map());
  const [total, setTotal] = useState<number>();
  const [error, setError] = useState<string>();
  const shown = useRef({ first: 0, last: PAGE });
  const query = new URLSearchParams(Object.entries(filter).filter(([, value]) => value !== '')).toString();

  async function load(page: number, isCurrent: () => boolean): Promise<void> {
    try {
      const path = `/runs?offset=${page * PAGE}&limit=${PAGE}&${query}`;
      const { total: all, runs } = await call<RunPage>('GET', path);
      if (!isCurrent()) return;
      setError(undefined);
      setTotal(all);
      setPages((known) => new Map(known).set(page, runs));
    } catch (failure) {
      if (isCurrent()) setError((failure as Error).message); // call() rejects with nothing else
    }
  }

  function loadShown(isCurrent: () => boolean = () => true): void {
    const { first, last } = shown.current;
    for (let page = Math.floor(first / PAGE); page * PAGE < Math.max(last, 1); page++) void load(page, isCurrent);
  }

  useEffect(() => {
    let isCurrent = true;
    setPages(new Map());
    loadShown(() => isCurrent);
    const stop = onChange((topic) => {
      if (topic !== 'runs') return;
      setPages((known) => keepShown(known, shown.current)); // rows have moved; those in sight are read now
      loadShown(() => isCurrent);
    });
    return () => {
      isCurrent = false;
      stop();
    };
  }, [query]);

  function show(first: number, last: number): void {
    shown.current = { first, last };
    loadMissing();
  }

  function loadMissing(): void {
    const { first, last } = shown.current;
    for (let page = Math.floor(first / PAGE); page * PAGE < last; page++) {
      if (!pages.has(page)) void load(page, () => true);
    }
  }

  const runOf = (index: number): Run | undefined => pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  return { total, runOf, error, show };
}

function keepShown(
  pages: ReadonlyMap<number, readonly Run[]>,
  { first, last }: { readonly first: number; readonly last: number },
): ReadonlyMap<number, readonly Run[]> {
  const isShown = (page: number) => page * PAGE < last && (page + 1) * PAGE > first;
  return new Map([...pages].filter(([page]) => isShown(page)));
}

function RunRow({ run }: { readonly run: Run | undefined }) {
  if (!run) return <span class="row runs faint">…</span>;
  const { id, outcome, functionName, method, url, reason, status, durationMs, charge, startedAt, error } = run;
  return (
    <a class="row runs" href={`#/runs/${id}`} title={error?.split('\n')[0]}>
      <OutcomeMark outcome={outcome} />
      <span>{functionName}</span>
      <span class={url === null ? 'faint' : 'mono'}>{url === null ? reason : `${method} ${url}`}</span>
      <span class={`number ${status !== null && status >= 400 ? 'failed' : ''}`}>{status}</span>
      <span class="number">{duration(durationMs)}</span>
      <span class="number">{requestUnits(charge)}</span>
      <span class="number faint">
        <Ago at={startedAt} />
      </span>
    </a>
  );
}
