import type { Account } from '../account/account.ts';
import { findResource } from '../account/account.ts';
import { permissionKind } from '../operations/access/permissions.ts';
import { queryResources } from '../operations/query/query-resources.ts';
import {
  createResource,
  deleteResource,
  listResources,
  type ResourceKind,
  type ResourceParent,
  readResource,
  replaceResource,
  resourcesFeed,
  upsertResource,
} from '../operations/resources/named-resource.ts';
import { queryBodyOf } from './queries.ts';
import {
  feedPageOf,
  header,
  invalidHeader,
  nameAt,
  objectBody,
  preconditionsOf,
  type RouteRequest,
} from './request.ts';
import type { RouteRow, Verb } from './router.ts';

interface ResourceRoutes {
  readonly kindOf: (account: Account, request: RouteRequest) => ResourceKind;
  /** @throws CosmosError NotFound */
  readonly parentOf: (account: Account, request: RouteRequest) => ResourceParent;
  /** Default: all. */
  readonly verbs?: readonly Verb[];
}

/** The rows of the route table for a kind of named resources. */
export function resourceRows(path: string, { kindOf, parentOf, verbs }: ResourceRoutes): readonly RouteRow[] {
  const index = path.split('*').length - 1;
  const inputOf = (account: Account, request: RouteRequest) => ({
    parent: parentOf(account, request),
    name: nameAt(request, index),
    ...preconditionsOf(request),
  });
  const rows: readonly RouteRow[] = [
    [
      'post create',
      path,
      (account, request) =>
        createResource(account, kindOf(account, request), {
          parent: parentOf(account, request),
          body: objectBody(request),
        }),
    ],
    [
      'post upsert',
      path,
      (account, request) =>
        upsertResource(account, kindOf(account, request), { ...inputOf(account, request), body: objectBody(request) }),
    ],
    [
      'get',
      path,
      (account, request) =>
        listResources(account, kindOf(account, request), {
          parent: parentOf(account, request),
          page: feedPageOf(request),
        }),
    ],
    [
      'post query',
      path,
      (account, request) => {
        const feed = resourcesFeed(account, kindOf(account, request), parentOf(account, request));
        return queryResources(account, feed, {
          ...feedPageOf(request),
          body: queryBodyOf(request),
          isClosed: request.isClosed,
        });
      },
    ],
    [
      'get',
      `${path}/*`,
      (account, request) => readResource(account, kindOf(account, request), inputOf(account, request)),
    ],
    [
      'put',
      `${path}/*`,
      (account, request) =>
        replaceResource(account, kindOf(account, request), { ...inputOf(account, request), body: objectBody(request) }),
    ],
    [
      'delete',
      `${path}/*`,
      (account, request) => deleteResource(account, kindOf(account, request), inputOf(account, request)),
    ],
  ];
  return verbs ? rows.filter(([verb]) => verbs.includes(verb)) : rows;
}

export function databaseParent({ catalog }: Account, request: RouteRequest): ResourceParent {
  const { rid } = catalog.database(nameAt(request, 0));
  return { rid, self: `dbs/${rid}/` };
}

export function userParent(account: Account, request: RouteRequest): ResourceParent {
  const database = databaseParent(account, request);
  const { rid } = findResource(account.store, { kind: 'users', parentRid: database.rid, name: nameAt(request, 1) });
  return { rid, self: `${database.self}users/${rid}/` };
}

const EXPIRY = 'x-ms-documentdb-expiry-seconds';
/** Source: "Create a permission", REST reference. */
const MIN_EXPIRY_SECONDS = 10;
const MAX_EXPIRY_SECONDS = 18_000;

/** Permissions whose tokens are valid as long as the request says. @throws CosmosError BadRequest */
export function requestedPermissionKind(account: Account, request: RouteRequest): ResourceKind {
  const text = header(request, EXPIRY);
  if (text === undefined || text === '') return permissionKind(account);
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= MIN_EXPIRY_SECONDS && seconds <= MAX_EXPIRY_SECONDS) return permissionKind(account, seconds);
  throw invalidHeader(EXPIRY, text);
}
