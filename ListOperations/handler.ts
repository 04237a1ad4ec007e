import type { OperationPage, Place } from '../shared/domain/operation-query.ts';
import type { OperationRepository } from '../shared/domain/operation-repository.ts';
import {
  type FunctionHandler,
  type GraphRequest,
  graphPipeline,
  type PipelineDependencies,
} from '../shared/graph-http/pipeline.ts';
import {
  type GraphResponse,
  odataResponse,
  preferenceApplied,
  toContext,
  toListed,
  toNextLink,
} from '../shared/graph-http/response/response.ts';
import {
  DEFAULT_PAGE_SIZE,
  type ListOptions,
  MAX_PAGE_SIZE,
  parseListOptions,
} from '../shared/odata/query-options/list-options.ts';
import { readSkipToken, type TokenScope, toSkipToken } from '../shared/odata/query-options/skip-token.ts';
import { toContentType } from '../shared/odata/request-options.ts';

export interface ListOperationsDependencies extends PipelineDependencies {
  readonly repository: Pick<OperationRepository, 'list' | 'count'>;
  /** Signs the places that next links carry. */
  readonly pagingKey: Uint8Array;
}

/** `GET /chats/{chatsId}/operations`: answers 200 with a page of operations, and where the next one is. */
export function listOperationsHandler(dependencies: ListOperationsDependencies): FunctionHandler {
  return graphPipeline('ListOperations', (request) => list(request, dependencies), dependencies);
}

async function list(request: GraphRequest, dependencies: ListOperationsDependencies): Promise<GraphResponse> {
  const { url, options, format, enums, preferences } = request;
  const { metadata } = format;
  const asked = parseListOptions(options, enums);
  const scope = tokenScope(request, dependencies.pagingKey);
  const after = options.skiptoken === undefined ? null : readSkipToken(options.skiptoken, scope);
  const [page, counted] = await Promise.all([
    readPage({ request, asked, after }, dependencies),
    asked.count ? dependencies.repository.count(url.chatId, asked.where) : null,
  ]);
  const total = counted ?? (options.count === undefined ? totalOf(page, { asked, after }) : null);
  const body = {
    ...(metadata !== 'none' && { '@odata.context': toContext(url, { entity: false, select: asked.select }) }),
    // An Edm.Int64, which IEEE 754 does not hold: OData JSON Format 4.01, section 4.6.3.
    ...(total !== null && { '@odata.count': format.ieee754Compatible ? String(total) : total }),
    ...(page.next && { '@odata.nextLink': toNextLink(request.http.url, toSkipToken(page.next, scope)) }),
    value: page.operations.map((stored) => toListed(stored, { enums, select: asked.select, metadata }, url)),
  };
  const { maxPageSize } = preferences;
  const applied = maxPageSize === null ? [] : [`odata.maxpagesize=${Math.min(maxPageSize, MAX_PAGE_SIZE)}`];
  return odataResponse(200, body, { ...preferenceApplied(applied), 'content-type': toContentType(format) });
}

interface PageRequest {
  readonly request: GraphRequest;
  readonly asked: ListOptions;
  readonly after: Place | null;
}

async function readPage(
  { request, asked, after }: PageRequest,
  dependencies: ListOperationsDependencies,
): Promise<OperationPage> {
  const limit = Math.min(asked.top ?? DEFAULT_PAGE_SIZE, request.preferences.maxPageSize ?? MAX_PAGE_SIZE);
  if (limit === 0) return { operations: [], next: null };
  const { where, orderBy, skip } = asked;
  return dependencies.repository.list(request.url.chatId, { where, orderBy, skip, after, limit });
}

/** Teams' service tells the count of a list unasked. We do where it costs nothing: the page is the whole list. */
function totalOf({ operations, next }: OperationPage, { asked, after }: Omit<PageRequest, 'request'>): number | null {
  return next || after || asked.skip > 0 || asked.top === 0 ? null : operations.length;
}

/** A next link is good for the caller who got it, for the same chat and the same query. */
function tokenScope({ url, caller, options, enums }: GraphRequest, key: Uint8Array): TokenScope {
  const { filter = null, orderby = null, search = null } = options;
  return { key, binding: [url.chatId, caller.kind, caller.tenantId, caller.id, filter, orderby, search, enums] };
}
