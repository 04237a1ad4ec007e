import { type Attributes, type Context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { StoreCall, StoreOutcome, Telemetry } from '../domain/telemetry.ts';
import type { SpanDependencies } from './span-dependencies.ts';

/** Responses that callers ask for: no such item, a conflict, a precondition that does not hold. */
const EXPECTED: readonly number[] = [404, 409, 412];

/** A client span for each call, by the semantic conventions for Cosmos DB clients, without the query and its parameters. */
export function createStoreCall(parts: SpanDependencies): Telemetry['storeCall'] {
  return async (call, work) => {
    const span = begin(call, parts);
    const startedAt = parts.elapsed();
    let outcome: StoreOutcome = { status: null, substatus: null, charge: 0 };
    const context: Context = trace.setSpan(parts.contexts.active(), span);
    try {
      return await parts.contexts.with(context, () =>
        work((known) => {
          outcome = known;
        }),
      );
    } finally {
      const attributes = describeOutcome(outcome);
      span.setAttributes(attributes).setAttribute('azure.cosmosdb.operation.request_charge', outcome.charge);
      if (attributes['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      record({ ...describe(call), ...attributes }, { outcome, seconds: (parts.elapsed() - startedAt) / 1_000, parts });
      span.end();
    }
  };
}

function begin(call: StoreCall, { tracer, contexts }: SpanDependencies): Span {
  const name = [call.operation, call.container ?? call.database].filter(Boolean).join(' ');
  const { hostname, port } = new URL(call.endpoint);
  const server = { 'server.address': hostname, ...(port && { 'server.port': Number(port) }) };
  const attributes = { ...describe(call), ...server, 'azure.cosmosdb.connection.mode': 'gateway' };
  return tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, contexts.active());
}

function describe({ operation, database, container }: StoreCall): Attributes {
  return {
    'db.system.name': 'azure.cosmosdb',
    'db.operation.name': operation,
    ...(database !== null && { 'db.namespace': database }),
    ...(container !== null && { 'db.collection.name': container }),
  };
}

function describeOutcome({ status, substatus }: StoreOutcome): Attributes {
  const failed = status === null || (status >= 400 && !EXPECTED.includes(status));
  return {
    ...(status !== null && { 'db.response.status_code': String(status) }),
    ...(substatus !== null && { 'azure.cosmosdb.response.sub_status_code': substatus }),
    ...(failed && { 'error.type': status === null ? 'no_answer' : String(status) }),
  };
}

interface Recorded {
  readonly outcome: StoreOutcome;
  readonly seconds: number;
  readonly parts: SpanDependencies;
}

function record(attributes: Attributes, { outcome, seconds, parts: { meters } }: Recorded): void {
  meters.storeDuration.record(seconds, attributes);
  meters.requestCharge.record(outcome.charge, attributes);
}
