import type { Plugin, PluginConfig } from '@azure/cosmos';
import type { StoreCall, StoreOutcome, Telemetry } from '../domain/telemetry.ts';

/** The part of the SDK's answers, and of its errors, that is told. */
interface Answered {
  readonly code?: unknown;
  readonly substatus?: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** Tells of each call of the SDK, with all its attempts as one. @param endpoint of the account */
export function watchCalls(telemetry: Pick<Telemetry, 'storeCall'>, endpoint: string): PluginConfig {
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
  return { on: 'operation', plugin };
}

type Call = Pick<Parameters<Plugin<unknown>>[0], 'operationType' | 'resourceType' | 'path'>;

const RESOURCES: Readonly<Record<string, string>> = { docs: 'item', colls: 'container', dbs: 'database' };

/** `/dbs/teams/colls/operations/docs/1`; the id of the item is nobody's business. */
function describe({ operationType, resourceType, path = '' }: Call, endpoint: string): StoreCall {
  const [, database = null, , container = null] = path.split('/').filter(Boolean);
  const resource = RESOURCES[resourceType ?? ''] ?? resourceType ?? 'account';
  return { operation: nameOf(operationType ?? 'read', resource), endpoint, database, container };
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
