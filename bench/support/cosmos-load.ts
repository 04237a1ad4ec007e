import { type Load, measureRate, toBytes } from './raw-load.ts';

export const DOCS = '/dbs/bench/colls/items/docs';

/** Logical partitions over which the items are spread. */
export const PARTITIONS = 100;

export interface BenchItem {
  readonly partitionKey: string;
  /** JSON text. */
  readonly body: string;
}

/** @param padding characters beside the hundred or so that every item has */
export function itemOf(id: string, n: number, padding: number): BenchItem {
  const pk = `pk-${n % PARTITIONS}`;
  const pad = 'x'.repeat(padding);
  return { partitionKey: pk, body: JSON.stringify({ id, pk, name: 'An item', count: 17, tags: ['a', 'b'], pad }) };
}

export async function createContainer(port: number): Promise<void> {
  await post(port, '/dbs', 'dbs', { id: 'bench' });
  const partitionKey = { paths: ['/pk'], kind: 'Hash', version: 2 };
  await post(port, '/dbs/bench/colls', 'colls', { id: 'items', partitionKey });
}

export function creates(port: number, prefix: string, padding: number): Pick<Load, 'port' | 'request' | 'status'> {
  const request = (n: number) => toBytes({ method: 'POST', path: DOCS, ...itemOf(`${prefix}-${n}`, n, padding) });
  return { port, status: 201, request };
}

/** Point reads of `count` items, over and over, evenly picked among the first so many that were created. */
export function reads(
  port: number,
  prefix: string,
  { count, among }: { readonly count: number; readonly among: number },
): Pick<Load, 'port' | 'request' | 'status'> {
  const requests = Array.from({ length: count }, (_, place) => {
    const n = Math.floor((place * among) / count);
    return toBytes({ method: 'GET', path: `${DOCS}/${prefix}-${n}`, partitionKey: `pk-${n % PARTITIONS}` });
  });
  return { port, status: 200, request: (n) => requests[n % count] ?? '' };
}

/** Creates items `from` to `to` by bulk requests of a hundred. */
export async function fill(port: number, prefix: string, range: { from: number; to: number; padding: number }) {
  const requests = Math.ceil((range.to - range.from) / 100);
  const request = (batch: number) => {
    const first = range.from + batch * 100;
    const operations = Array.from({ length: Math.min(100, range.to - first) }, (_, n) => {
      const { partitionKey, body } = itemOf(`${prefix}-${first + n}`, first + n, range.padding);
      return `{"operationType":"Create","partitionKey":"[\\"${partitionKey}\\"]","resourceBody":${body}}`;
    });
    const headers = { 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-documentdb-partitionkeyrangeid': '0' };
    return toBytes({ method: 'POST', path: DOCS, headers, body: `[${operations.join(',')}]` });
  };
  await measureRate({ port, connections: 4, seconds: 3_600, amount: requests, request, status: 200 });
}

async function post(port: number, path: string, type: string, body: object): Promise<void> {
  const [head = ''] = toBytes({ method: 'POST', path, type }).split('\r\n\r\n');
  const lines = head
    .split('\r\n')
    .slice(2)
    .map((line) => line.split(': ') as [string, string]);
  const headers = Object.fromEntries(lines.filter(([name]) => name !== 'content-length'));
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}
