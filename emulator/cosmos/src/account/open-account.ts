import type { Clock, Log, Randomness } from '@lazurite/runtime';
import { continuationTokens } from '../model/requests/continuation-token.ts';
import { resourceTokens } from '../model/requests/resource-token.ts';
import { compileQuery, createQueryCompiler } from '../query/compile-query.ts';
import { QueryScheduler } from '../query/execute/query-turns.ts';
import type { ScriptLimits } from '../script-worker/protocol.ts';
import { type ScriptEngine, WorkerScriptEngine } from '../scripts/script-engine.ts';
import { GroupCommit } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import { type Account, Catalog, ChangeNotifications, type QueryThread, type ThroughputGate } from './account.ts';
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
  /** Default: one whose thread starts with the first script. */
  readonly scripts?: ScriptEngine;
  /** Default: those of the service. */
  readonly scriptLimits?: Partial<ScriptLimits>;
}

export function openAccount(dependencies: AccountDependencies): Account {
  const { store, clock, randomness, log, minIndexedItems: minItems, throughputGate, queryThread } = dependencies;
  const { scripts = new WorkerScriptEngine() } = dependencies;
  const catalog = new Catalog(store);
  const commits = new GroupCommit(store, log, () => catalog.forget());
  return {
    store,
    commits,
    catalog,
    notifications: new ChangeNotifications(log),
    ...(throughputGate && { throughputGate }),
    scripts,
    scriptLimits: { ...SCRIPT_LIMITS, ...dependencies.scriptLimits },
    queries: createQueryCompiler(compileQuery),
    queryScheduler: new QueryScheduler(clock),
    ...(queryThread && { queryThread }),
    indexBuilder: new IndexBuilder({ store, commits, clock, log, ...(minItems !== undefined && { minItems }) }),
    continuations: continuationTokens(secretOf(store, randomness, 'continuation')),
    resourceTokens: resourceTokens(secretOf(store, randomness, 'resource-tokens')),
    clock,
    randomness,
    history: { wasRolledBack: false },
  };
}

/** The service stops a script after five seconds. Source: "Stored procedures, triggers, and user-defined functions". */
const SCRIPT_LIMITS: ScriptLimits = { milliseconds: 5_000, operations: 20_000 };

const KIND = 'secrets';
const SECRET_BYTES = 32;

/** One of the account's secrets. It is made once and kept in the store, so that the tokens made with it survive a restart. */
function secretOf(store: Store, randomness: Randomness, id: string): Uint8Array {
  const { resources } = store;
  const known = resources.get(KIND, '', id);
  if (known) return Buffer.from(known.body, 'base64');
  const secret = randomness.bytes(SECRET_BYTES);
  const body = Buffer.from(secret).toString('base64');
  store.transaction(() =>
    resources.put({ kind: KIND, parentRid: '', id, rid: `${KIND}/${id}`, etag: '', ts: 0, body }),
  );
  return secret;
}
