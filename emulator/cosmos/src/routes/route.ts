import type { Account } from '../account/account.ts';
import type { OperationResult } from '../operations/result.ts';
import type { RouteRequest } from './request.ts';

/** What a request to a path wants: the HTTP method, and for POST and GET what the headers say besides. */
export type Verb =
  | 'get'
  | 'get change feed'
  | 'post create'
  | 'post upsert'
  | 'post query'
  | 'post query plan'
  | 'post batch'
  | 'put'
  | 'patch'
  | 'delete';

export type RouteHandler = (account: Account, request: RouteRequest) => OperationResult | Promise<OperationResult>;
