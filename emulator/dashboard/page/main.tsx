import { render } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { DataPage } from './data.tsx';
import { LogsPage } from './logs.tsx';
import { OverviewPage } from './overview.tsx';
import { RunPage } from './run.tsx';
import { RunsPage } from './runs.tsx';
import { StoragePage } from './storage.tsx';
import { TokensPage } from './tokens.tsx';

const PAGES = [
  { path: 'overview', name: 'Overview' },
  { path: 'runs', name: 'Runs' },
  { path: 'data', name: 'Data' },
  { path: 'storage', name: 'Storage' },
  { path: 'logs', name: 'Logs' },
  { path: 'tokens', name: 'Tokens' },
] as const;

const SHORTCUTS: readonly (readonly [string, string])[] = [
  ['1 … 6', 'go to a page'],
  ['j, k', 'move down and up in a list'],
  ['Enter', 'open what has the focus'],
  ['/', 'go to the filter'],
  ['Esc', 'leave the filter, or this help'],
  ['?', 'show this help'],
];

/** The part of the address after `#/`, decoded: the page, then what it shows. */
function useAddress(): readonly string[] {
  const read = () => location.hash.replace(/^#\/?/, '').split('/').map(decodeURIComponent);
  const [address, setAddress] = useState(read);
  useEffect(() => {
    const onChange = () => setAddress(read());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return address;
}

function App() {
  const [page = '', ...rest] = useAddress();
  const help = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => handleKey(event, () => help.current?.showModal());
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const current = PAGES.find(({ path }) => path === page) ?? PAGES[0];
  useEffect(() => {
    document.title = `${current.name} · Lazurite`;
  }, [current]);
  return (
    <div class="shell">
      <nav aria-label="Pages">
        <strong>
          <img src="/icon.svg" alt="" /> Lazurite
        </strong>
        {PAGES.map(({ path, name }) => (
          <a key={path} href={`#/${path}`} aria-current={path === current.path ? 'page' : undefined}>
            {name}
          </a>
        ))}
        <footer>
          <kbd>?</kbd> keys
        </footer>
      </nav>
      <main>
        <Page path={current.path} rest={rest} />
      </main>
      <dialog ref={help} aria-label="Keys">
        <div class="stack">
          <h2>Keys</h2>
          <table>
            <tbody>
              {SHORTCUTS.map(([keys, effect]) => (
                <tr key={keys}>
                  <td>
                    <kbd>{keys}</kbd>
                  </td>
                  <td>{effect}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <form method="dialog" class="bar">
            <button type="button" class="main" onClick={() => help.current?.close()}>
              Close
            </button>
          </form>
        </div>
      </dialog>
    </div>
  );
}

function Page({ path, rest }: { readonly path: (typeof PAGES)[number]['path']; readonly rest: readonly string[] }) {
  switch (path) {
    case 'overview':
      return <OverviewPage />;
    case 'runs':
      if (rest[0] === 'of') return <RunsPage key={rest[1]} functionName={rest[1]} />;
      return rest[0] ? <RunPage key={rest[0]} id={rest[0]} /> : <RunsPage />;
    case 'data':
      return <DataPage database={rest[0]} container={rest[1]} />;
    case 'storage':
      return <StoragePage kind={rest[0]} name={rest[1]} />;
    case 'logs':
      return <LogsPage />;
    case 'tokens':
      return <TokensPage />;
  }
}

/** Keys without a modifier, while nothing is being typed. */
function handleKey(event: KeyboardEvent, showHelp: () => void): void {
  const target = event.target instanceof HTMLElement ? event.target : document.body;
  const isTyping = target.matches('input, textarea, select');
  if (event.key === 'Escape' && isTyping) target.blur();
  if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  const page = PAGES[Number(event.key) - 1];
  if (page) location.hash = `#/${page.path}`;
  else if (event.key === '?') showHelp();
  else if (event.key === 'j' || event.key === 'k') moveFocus(event.key === 'j' ? 1 : -1);
  else if (event.key === '/') {
    event.preventDefault();
    document.querySelector<HTMLElement>('input[type="search"]')?.focus();
  }
}

/** From row to row of the list that is shown. */
function moveFocus(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main .list :is(a, button), main .side a, main td a')];
  const index = rows.indexOf(document.activeElement as HTMLElement);
  const next = index < 0 ? rows[0] : rows[index + step];
  next?.focus();
  next?.scrollIntoView({ block: 'nearest' });
}

render(<App />, document.body);
