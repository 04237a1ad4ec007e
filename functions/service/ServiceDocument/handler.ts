import {
  type EnvelopeDependencies,
  type FunctionHandler,
  readDocumentOptions,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';
import { versionOf } from '../../../shared/graph-http/request/address.ts';
import { odataResponse } from '../../../shared/graph-http/response/response.ts';
import { documentedParts, entitySetsOf, placesOf, routesOf } from '../../../shared/graph-http/routes.ts';
import { readJsonFormat, toContentType } from '../../../shared/odata/request-options.ts';

export interface ServiceDocumentDependencies extends EnvelopeDependencies {
  /** Null: there are no subscriptions. */
  readonly notifications: object | null;
  /** Null: of chats and teams there are only operations. */
  readonly simulator: object | null;
}

/**
 * `GET /beta/`: the entity sets of the version, as `$metadata` declares them, in the form of section 5 of OData JSON format
 * 4.01. Anybody may read it, as in Graph.
 */
export function serviceDocumentHandler(dependencies: ServiceDocumentDependencies): FunctionHandler {
  const { notifications, simulator } = dependencies;
  const names = routesOf(...documentedParts({ subscriptions: notifications !== null, teams: simulator !== null }));
  return withGraphEnvelope(async (request) => {
    const { url, headers } = request;
    const format = readJsonFormat(headers.get('accept'), readDocumentOptions(request, 'ServiceDocument').format);
    const { origin, pathname } = new URL(url);
    const version = versionOf(url) ?? 'beta';
    const sets = entitySetsOf(names.flatMap((name) => placesOf(name, version)));
    const value = sets.map((name) => ({ name, kind: 'EntitySet', url: name }));
    const context = { '@odata.context': `${origin}${pathname.replace(/\/$/, '')}/$metadata` };
    const body = { ...(format.metadata !== 'none' && context), value };
    return odataResponse(200, body, { 'content-type': toContentType(format) });
  }, dependencies);
}
