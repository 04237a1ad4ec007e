import type { Plugin, PluginConfig } from '@azure/cosmos';
import type { StoreCall, StoreOutcome, Telemetry } from '../domain/telemetry.ts';

/** The part of the SDK's responses, and of its errors, that is traced. */
interface Answered {
  readonly code?: unknown;
  readonly substatus?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/**
 * Traces each request of the SDK, so that every attempt of a call is seen, with what it costs. (Plugins on operations
 * are not called for queries: `ClientContext` of the SDK.)
 *
 * @param endpoint of the account
 */
export function traceStoreCalls(telemetry: Pick<Telemetry, 'storeCall'>, endpoint: string): PluginConfig {
  // The type of the answer is for the SDK to know: it is passed on as it is.
  const plugin: Plugin<unknown> = (context, _diagnostics, next) =>
    telemetry.storeCall(describe(context, endpoint), async (ended) => {
      try {
        const response = await next(context);
        ended(toOutcome(response));
        return response;
      } catch (error) {
        ended(toOutcome(Object(error)));
        throw error;
      }
    });
  return { on: 'request', plugin };
}

type Call = Pick<Parameters<Plugin<unknown>>[0], 'operationType' | 'resourceType' | 'path' | 'headers'>;

/** A query is taken apart before it is asked of several partitions. */
const PLAN_HEADER = 'x-ms-cosmos-is-query-plan-request';
const RESOURCES: Readonly<Record<string, string>> = { docs: 'item', colls: 'container', dbs: 'database' };

/** `/dbs/teams/colls/operations/docs/1`; the id of the item is nobody's business. */
function describe({ operationType, resourceType, path = '', headers = {} }: Call, endpoint: string): StoreCall {
  const [, database = null, , container = null] = path.split('/').filter(Boolean);
  const resource = RESOURCES[resourceType ?? ''] ?? resourceType ?? 'account';
  const isPlan = PLAN_HEADER in headers;
  const operation = isPlan ? 'query_plan' : nameOf(operationType ?? 'read', resource);
  return { operation, endpoint, database, container };
}

/** Names of the semantic conventions for Cosmos DB, `db.operation.name`. */
function nameOf(operationType: string, resource: string): string {
  if (operationType === 'batch') return 'execute_batch';
  return operationType === 'query' ? `query_${resource}s` : `${operationType}_${resource}`;
}

function toOutcome({ code, substatus, headers = {} }: Answered): StoreOutcome {
  return {
    status: typeof code === 'number' ? code : null,
    substatus: typeof substatus === 'number' && substatus !== 0 ? substatus : null,
    charge: Number(headers['x-ms-request-charge'] ?? 0) || 0,
  };
}
