import type { Clock, Log, Randomness } from '@lazurite/runtime';
import { type ContinuationTokens, continuationTokens } from '../model/requests/continuation-token.ts';
import { compileQuery } from '../query/compile-query.ts';
import { createQueryCompiler, type QueryCompiler } from '../query/query-cache.ts';
import { GroupCommit } from '../store/group-commit.ts';
import type { Store } from '../store/store.ts';
import { Catalog } from './catalog.ts';
import { ChangeNotifications } from './change-notifications.ts';
import { continuationSecret } from './continuation-secret.ts';
import { IndexBuilder } from './index-builder.ts';
import { ThroughputGate } from './throughput-gate.ts';

/** What every operation works with. */
export interface Account {
  readonly store: Store;
  readonly commits: GroupCommit;
  readonly catalog: Catalog;
  readonly notifications: ChangeNotifications;
  /** Absent: throughput is not enforced. */
  readonly throughputGate?: ThroughputGate;
  readonly queries: QueryCompiler;
  readonly indexBuilder: IndexBuilder;
  readonly continuations: ContinuationTokens;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface AccountParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: Log;
  /** Containers with fewer items get no indexes; default 500. */
  readonly minIndexedItems?: number;
  /** Whether requests above the provisioned throughput are refused. */
  readonly enforceThroughput?: boolean;
}

export function openAccount(parts: AccountParts): Account {
  const { store, clock, randomness, log, minIndexedItems: minItems } = parts;
  const catalog = new Catalog(store);
  const commits = new GroupCommit(store, log, () => catalog.forget());
  const queries = createQueryCompiler(compileQuery);
  const continuations = continuationTokens(continuationSecret(store, randomness));
  const notifications = new ChangeNotifications(log);
  const indexBuilder = new IndexBuilder({ store, commits, clock, log, ...(minItems !== undefined && { minItems }) });
  const account = { store, commits, catalog, notifications, queries, indexBuilder, continuations, clock, randomness };
  return parts.enforceThroughput
    ? { ...account, throughputGate: new ThroughputGate(() => clock.monotonic()) }
    : account;
}

/** The time as Cosmos DB keeps it: whole seconds since the Unix epoch. */
export function nowInSeconds({ clock }: Account): number {
  return Math.floor(clock.now() / 1000);
}

/** A new entity tag, with its quotes. */
export function newEtag({ randomness }: Account): string {
  return `"${randomness.uuid()}"`;
}
