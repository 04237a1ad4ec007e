import {
  type EnvelopeDependencies,
  type FunctionHandler,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';
import { odataResponse } from '../../../shared/graph-http/response/response.ts';
import type { EntitySet } from '../../../shared/odata/metadata/csdl.ts';

export interface ServiceDocumentDependencies extends EnvelopeDependencies {
  /** Null: there are no subscriptions. */
  readonly notifications: object | null;
}

/** `GET /beta/`: the entity sets, as OData JSON format 4.01 has them in section 5. Anybody may read it, as in Graph. */
export function serviceDocumentHandler(dependencies: ServiceDocumentDependencies): FunctionHandler {
  const sets: readonly EntitySet[] = dependencies.notifications ? ['chats', 'subscriptions'] : ['chats'];
  const value = sets.map((name) => ({ name, kind: 'EntitySet', url: name }));
  return withGraphEnvelope(async ({ url }) => {
    const { origin, pathname } = new URL(url);
    return odataResponse(200, { '@odata.context': `${origin}${pathname.replace(/\/$/, '')}/$metadata`, value });
  }, dependencies);
}
