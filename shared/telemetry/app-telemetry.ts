import type { Telemetry } from '../domain/telemetry.ts';

/** Where telemetry goes; null where it does not go there. */
export interface TelemetrySettings {
  /** To an OpenTelemetry collector. Its address is read from the environment by the exporters themselves. */
  readonly otlp: OtlpProtocol | null;
  /** To Azure Monitor (Application Insights). */
  readonly azureMonitor: AzureMonitorSettings | null;
  /** The name of the app among others. */
  readonly serviceName: string;
  /** How often metrics are sent. */
  readonly metricIntervalMs: number;
}

export type OtlpProtocol = 'http/protobuf' | 'http/json';

export interface AzureMonitorSettings {
  readonly connectionString: string;
  /** Who shows a token of Microsoft Entra; null: nobody has to. */
  readonly identity: { readonly clientId: string | null } | null;
}

/** One call of a function by the host. */
export interface Invocation {
  readonly functionName: string;
  /** W3C trace context, in which the call is made. */
  readonly traceparent: string | undefined;
  readonly tracestate: string | undefined;
  /** Null: it was not called over HTTP. */
  readonly http: { readonly method: string; readonly route: string } | null;
}

export interface AppTelemetry extends Telemetry {
  /** Calls the function; records the status of what it returns over HTTP. */
  invocation(call: Invocation, work: () => Promise<unknown>): Promise<unknown>;
  /** Sends what is left. */
  close(): Promise<void>;
}

export interface TelemetryDependencies {
  /** Milliseconds since any moment. */
  elapsed(): number;
  /** Called with the reason where nothing is exported. */
  onFailure(error: unknown): void;
}
