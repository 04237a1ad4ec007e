import { type Account, type Container, type Database, nowInSeconds } from '../account/account.ts';
import { CosmosError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { Throughput } from '../model/throughput/throughput.ts';
import { isExpired, withoutSystemProperties } from '../operations/items/item-transaction.ts';
import { findOffer, readOfferRecord } from '../operations/throughput/offer-records.ts';
import type { StoredItem } from '../store/store.ts';
import { formatContainer, formatDatabase, formatItem } from './line.ts';
import type { OnProgress } from './progress.ts';
import { keyLines, scriptLines, userLines } from './resource-lines.ts';

/** Items read at once, and reported. */
const CHUNK = 500;

/**
 * The database as lines of JSON, each with its line break: ids, partition keys, definitions, throughput, `ttl`, scripts, keys, users
 * and permissions stay as they are, entity tags and timestamps are the server's and left out.
 */
export function* exportLines(account: Account, database: Database, onProgress?: OnProgress): Generator<string> {
  yield `${formatDatabase(database.id, throughputOf(account, database.rid))}\n`;
  yield* keyLines(account, database).map(toLine);
  let items = 0;
  let containers = 0;
  for (const container of account.catalog.containers(database)) {
    yield `${formatContainer(container.definition, throughputOf(account, container.rid))}\n`;
    yield* scriptLines(account, container).map(toLine);
    containers += 1;
    for (const chunk of chunksOf(account, container)) {
      yield chunk.map((item) => `${formatItem(toText(item))}\n`).join('');
      items += chunk.length;
      onProgress?.({ containers, items });
    }
  }
  yield* userLines(account, database).map(toLine);
  onProgress?.({ containers, items });
}

function toLine(text: string): string {
  return `${text}\n`;
}

/** Undefined when there is none with this id. */
export function findDatabase({ catalog }: Account, id: string): Database | undefined {
  try {
    return catalog.database(id);
  } catch (error) {
    if (error instanceof CosmosError) return undefined;
    throw error;
  }
}

function throughputOf(account: Account, rid: string): Throughput | undefined {
  const offer = findOffer(account, rid);
  return offer && readOfferRecord(offer).throughput;
}

function* chunksOf(account: Account, container: Container): Generator<StoredItem[]> {
  const now = nowInSeconds(account);
  for (const range of container.ranges.keys()) {
    let rows: StoredItem[];
    let after = 0;
    do {
      rows = account.store.items.scan({ container: container.number, range }, after, CHUNK);
      after = rows.at(-1)?.number ?? after;
      yield rows.filter((item) => !isExpired(item, now));
    } while (rows.length === CHUNK);
  }
}

function toText({ body }: StoredItem): string {
  return JSON.stringify(withoutSystemProperties(JSON.parse(body) as JsonObject)); // our own text
}
