import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly kind: number;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly durationMs: number;
}

export interface CollectedLog {
  readonly body: string;
  readonly severity: number;
  readonly category: string;
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface CollectedMetric {
  readonly name: string;
  readonly unit: string;
  /** Of a histogram: how often and how much in all, for each set of attributes. */
  readonly points: readonly {
    readonly count: number;
    readonly sum: number;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

/** Receives and keeps the requests of an OpenTelemetry exporter. */
export interface OtlpCollector {
  readonly url: string;
  /** As received, in order. */
  readonly requests: readonly { readonly path: string; readonly contentType: string; readonly body: Buffer }[];
  /** From the requests in JSON. */
  spans(): CollectedSpan[];
  logs(): CollectedLog[];
  /** Histograms, each as often as it was sent. */
  metrics(): CollectedMetric[];
  close(): Promise<void>;
}

/** @param status of every response */
export async function startOtlpCollector(status = 200): Promise<OtlpCollector> {
  const requests: { path: string; contentType: string; body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    requests.push({ path: request.url ?? '', contentType: request.headers['content-type'] ?? '', body });
    response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const received = (path: string) =>
    requests.filter((request) => request.path === path).map(({ body }) => JSON.parse(String(body)) as OtlpJson);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    spans: () => received('/v1/traces').flatMap(({ resourceSpans = [] }) => resourceSpans.flatMap(toSpans)),
    logs: () => received('/v1/logs').flatMap(({ resourceLogs = [] }) => resourceLogs.flatMap(toLogs)),
    metrics: () => received('/v1/metrics').flatMap(({ resourceMetrics = [] }) => resourceMetrics.flatMap(toMetrics)),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

interface KeyValue {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface ResourceSpans {
  readonly resource: { readonly attributes: readonly KeyValue[] };
  readonly scopeSpans: readonly {
    readonly spans: readonly (Omit<CollectedSpan, 'attributes' | 'resource' | 'durationMs'> & {
      readonly attributes: readonly KeyValue[];
      readonly startTimeUnixNano: string;
      readonly endTimeUnixNano: string;
    })[];
  }[];
}

interface ResourceLogs {
  readonly scopeLogs: readonly {
    readonly scope: { readonly name: string };
    readonly logRecords: readonly {
      readonly body: { readonly stringValue: string };
      readonly severityNumber: number;
      readonly traceId?: string;
      readonly spanId?: string;
      readonly attributes: readonly KeyValue[];
    }[];
  }[];
}

interface ResourceMetrics {
  readonly scopeMetrics: readonly {
    readonly metrics: readonly {
      readonly name: string;
      readonly unit: string;
      readonly histogram?: {
        readonly dataPoints: readonly {
          readonly attributes: readonly KeyValue[];
          readonly count: number | string;
          readonly sum?: number;
        }[];
      };
    }[];
  }[];
}

/** OTLP/HTTP, JSON encoding (opentelemetry-proto `docs/specification.md`). */
interface OtlpJson {
  readonly resourceSpans?: readonly ResourceSpans[];
  readonly resourceLogs?: readonly ResourceLogs[];
  readonly resourceMetrics?: readonly ResourceMetrics[];
}

function toSpans({ resource, scopeSpans }: ResourceSpans): CollectedSpan[] {
  return scopeSpans.flatMap(({ spans }) =>
    spans.map(({ name, traceId, spanId, parentSpanId, kind, status, ...span }) => ({
      name,
      traceId,
      spanId,
      parentSpanId,
      kind,
      status,
      attributes: toObject(span.attributes),
      resource: toObject(resource.attributes),
      durationMs: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
    })),
  );
}

function toLogs({ scopeLogs }: ResourceLogs): CollectedLog[] {
  return scopeLogs.flatMap(({ scope, logRecords }) =>
    logRecords.map(({ body, severityNumber, traceId, spanId, attributes }) => ({
      body: body.stringValue,
      severity: severityNumber,
      category: scope.name,
      traceId,
      spanId,
      attributes: toObject(attributes),
    })),
  );
}

function toMetrics({ scopeMetrics }: ResourceMetrics): CollectedMetric[] {
  return scopeMetrics.flatMap(({ metrics }) =>
    metrics.map(({ name, unit, histogram }) => ({
      name,
      unit,
      points: (histogram?.dataPoints ?? []).map(({ attributes, count, sum = 0 }) => ({
        count: Number(count),
        sum,
        attributes: toObject(attributes),
      })),
    })),
  );
}

/** Each value is an object of one property, named for its type. */
function toObject(attributes: readonly KeyValue[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
