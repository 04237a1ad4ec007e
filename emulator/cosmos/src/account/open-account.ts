import type { Clock, Log, Randomness } from '@lazurite/runtime';
import { continuationTokens } from '../model/requests/continuation-token.ts';
import { compileQuery, createQueryCompiler } from '../query/compile-query.ts';
import { QueryScheduler } from '../query/execute/query-turns.ts';
import { GroupCommit } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import { type Account, Catalog, type QueryThread, type ThroughputGate } from './account.ts';
import { ChangeNotifications } from './change-notifications.ts';
import { IndexBuilder } from './index-builder.ts';

export interface AccountDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: Log;
  /** Containers with fewer items get no indexes; default 500. */
  readonly minIndexedItems?: number;
  /** Where queries that need much run; absent: on this thread. */
  readonly queryThread?: QueryThread;
  /** Rejects requests above the provisioned throughput; absent: none is rejected. */
  readonly throughputGate?: ThroughputGate;
}

export function openAccount(dependencies: AccountDependencies): Account {
  const { store, clock, randomness, log, minIndexedItems: minItems, throughputGate, queryThread } = dependencies;
  const catalog = new Catalog(store);
  const commits = new GroupCommit(store, log, () => catalog.forget());
  return {
    store,
    commits,
    catalog,
    notifications: new ChangeNotifications(log),
    ...(throughputGate && { throughputGate }),
    queries: createQueryCompiler(compileQuery),
    queryScheduler: new QueryScheduler(clock),
    ...(queryThread && { queryThread }),
    indexBuilder: new IndexBuilder({ store, commits, clock, log, ...(minItems !== undefined && { minItems }) }),
    continuations: continuationTokens(continuationSecret(store, randomness)),
    clock,
    randomness,
  };
}

const KIND = 'secrets';
const ID = 'continuation';
const SECRET_BYTES = 32;

/** The account's secret for continuation tokens. It is made once and kept in the store, so that tokens survive a restart. */
function continuationSecret(store: Store, randomness: Randomness): Uint8Array {
  const { resources } = store;
  const known = resources.get(KIND, '', ID);
  if (known) return Buffer.from(known.body, 'base64');
  const secret = randomness.bytes(SECRET_BYTES);
  const body = Buffer.from(secret).toString('base64');
  store.transaction(() =>
    resources.put({ kind: KIND, parentRid: '', id: ID, rid: `${KIND}/${ID}`, etag: '', ts: 0, body }),
  );
  return secret;
}
