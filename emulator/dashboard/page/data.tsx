import { useEffect, useState } from 'preact/hooks';
import type { ContainerState, ItemPage } from '../src/messages.ts';
import { call, useResource } from './api.ts';
import { ActionButton, ErrorText, Message } from './common.tsx';
import { requestUnits } from './format.ts';
import { VirtualList } from './virtual-list.tsx';

type Item = Readonly<Record<string, unknown>>;

interface DataPageProps {
  readonly database: string | undefined;
  readonly container: string | undefined;
}

/** What Cosmos DB has stored: a container, a query over it, and one of its items. */
export function DataPage({ database, container }: DataPageProps) {
  const { value: containers, error, reload } = useResource<readonly ContainerState[]>('/containers');
  if (error) return <ErrorText error={error} />;
  if (!containers) return <Message>Loading…</Message>;
  if (containers.length === 0)
    return <Message>Cosmos DB has no container yet. The app makes them, or `npx lazurite import` does.</Message>;
  const chosen = containers.find((one) => one.database === database && one.container === container) ?? containers[0];
  return (
    <>
      <h1>Data</h1>
      <div class="split">
        <div class="panel side">
          {containers.map((one) => (
            <a
              key={`${one.database}/${one.container}`}
              href={`#/data/${encodeURIComponent(one.database)}/${encodeURIComponent(one.container)}`}
              aria-current={one === chosen}
            >
              <span>
                {one.container} <span class="faint">{one.database}</span>
              </span>
              <span class="number faint">{one.items.toLocaleString('en')}</span>
            </a>
          ))}
        </div>
        {chosen && <Browser key={`${chosen.database}/${chosen.container}`} container={chosen} onWritten={reload} />}
      </div>
    </>
  );
}

interface Results {
  readonly items: readonly unknown[];
  readonly charge: number;
  readonly continuation: string | null;
  readonly indexUse: string | null;
}

function Browser({ container, onWritten }: { readonly container: ContainerState; readonly onWritten: () => void }) {
  const path = `/containers/${encodeURIComponent(container.database)}/${encodeURIComponent(container.container)}`;
  const [sql, setSql] = useState('SELECT * FROM c');
  const [results, setResults] = useState<Results>();
  const [chosen, setChosen] = useState<Item | 'new'>();

  async function run(continuation: string | null): Promise<void> {
    const page = await call<ItemPage>('POST', `${path}/query`, { sql, continuation });
    const earlier = continuation === null ? [] : (results?.items ?? []);
    setResults({ ...page, items: [...earlier, ...page.items] });
  }

  // What is there is shown at once; the button says why a query fails.
  useEffect(() => void run(null).catch(() => undefined), []);

  async function written(): Promise<void> {
    setChosen(undefined);
    onWritten();
    if (results) await run(null);
  }

  return (
    <div class="stack">
      <div class="panel padded">
        <label>
          SQL
          <textarea rows={3} value={sql} onInput={({ currentTarget }) => setSql(currentTarget.value)} />
        </label>
        <div class="bar">
          <ActionButton isMain action={() => run(null)}>
            Run the query
          </ActionButton>
          <button type="button" onClick={() => setChosen('new')}>
            New item
          </button>
          <span class="faint grow">Partition key: {container.partitionKey.join(', ')}</span>
          {results && (
            <span role="status" class="faint">
              {results.items.length} {results.items.length === 1 ? 'item' : 'items'} · {requestUnits(results.charge)}
            </span>
          )}
        </div>
        {results?.indexUse && (
          <details>
            <summary>Use of indexes</summary>
            <pre>{results.indexUse}</pre>
          </details>
        )}
      </div>
      {chosen !== undefined && (
        <Editor
          key={chosen === 'new' ? 'new' : JSON.stringify(chosen)}
          path={path}
          item={chosen === 'new' ? undefined : chosen}
          onWritten={written}
          onClose={() => setChosen(undefined)}
        />
      )}
      <ResultList
        results={results}
        chosen={chosen}
        onChoose={setChosen}
        onMore={() => run(results?.continuation ?? null)}
      />
    </div>
  );
}

function ResultList(props: {
  readonly results: Results | undefined;
  readonly chosen: Item | 'new' | undefined;
  readonly onChoose: (item: Item) => void;
  readonly onMore: () => Promise<void>;
}) {
  const { results, chosen, onChoose, onMore } = props;
  if (!results) return <Message>Run the query to see items.</Message>;
  if (results.items.length === 0) return <Message>No item matches.</Message>;
  return (
    <div class="panel fill">
      <VirtualList
        label="Items"
        count={results.items.length}
        row={(index) => (
          <ItemRow item={results.items[index]} isChosen={results.items[index] === chosen} onChoose={onChoose} />
        )}
      />
      {results.continuation !== null && (
        <div class="padded">
          <ActionButton action={onMore}>Load more</ActionButton>
        </div>
      )}
    </div>
  );
}

/** A row is long enough for a few hundred characters; the editor shows the rest. */
const SHOWN_CHARACTERS = 300;

function ItemRow(props: {
  readonly item: unknown;
  readonly isChosen: boolean;
  readonly onChoose: (item: Item) => void;
}) {
  const { item, isChosen, onChoose } = props;
  if (!isStoredItem(item)) return <div class="row mono">{JSON.stringify(item)?.slice(0, SHOWN_CHARACTERS)}</div>;
  const rest = JSON.stringify(withoutSystemProperties(item));
  return (
    <button type="button" class={`row items mono ${isChosen ? 'chosen' : ''}`} onClick={() => onChoose(item)}>
      <span>{String(item.id)}</span>
      <span class="faint">{rest.slice(0, SHOWN_CHARACTERS)}</span>
    </button>
  );
}

/** A whole item, and no part of one that a query has made. */
function isStoredItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && 'id' in value && '_etag' in value;
}

const SYSTEM_PROPERTIES = ['_rid', '_self', '_etag', '_attachments', '_ts', '_lsn'];

function withoutSystemProperties(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !SYSTEM_PROPERTIES.includes(name)));
}

function Editor(props: {
  readonly path: string;
  /** As it was read; undefined: a new one. */
  readonly item: Item | undefined;
  readonly onWritten: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const { path, item, onWritten, onClose } = props;
  const [text, setText] = useState(
    JSON.stringify(item ? withoutSystemProperties(item) : { id: crypto.randomUUID() }, null, 2),
  );

  async function save(): Promise<void> {
    const edited: unknown = parse(text);
    await call('PUT', `${path}/items`, { item: edited, etag: item?._etag ?? null });
    await onWritten();
  }

  async function remove(): Promise<void> {
    await call('DELETE', `${path}/items`, { item });
    await onWritten();
  }

  return (
    <div class="panel padded">
      <label>
        {item ? `Item ${String(item.id)}` : 'New item'}
        <textarea rows={12} value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
      </label>
      <div class="bar">
        <ActionButton isMain action={save}>
          Save
        </ActionButton>
        {item && (
          <ActionButton action={remove} confirm={`Delete the item ${String(item.id)}?`}>
            Delete
          </ActionButton>
        )}
        <button type="button" onClick={onClose}>
          Close
        </button>
      </div>
    </div>
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`The item is not JSON: ${(error as Error).message}`); // JSON.parse throws SyntaxError
  }
}
