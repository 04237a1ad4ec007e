/**
 * The data that `@azure/functions` exchanges with a host: the JavaScript face of the messages in
 * azure-functions-language-worker-protobuf (FunctionRpc.proto), as declared in azure-functions-nodejs-library `types-core`.
 */

export type RpcLogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical' | 'none';
export type RpcLogCategory = 'user' | 'system' | 'customMetric';

/** One of these properties is set. */
export interface RpcTypedData {
  readonly string?: string | null;
  readonly json?: string | null;
  readonly bytes?: Uint8Array | null;
  readonly stream?: Uint8Array | null;
  readonly http?: RpcHttpData | null;
  readonly int?: number | null;
  readonly double?: number | null;
  readonly collectionBytes?: { readonly bytes: readonly Uint8Array[] };
  readonly collectionString?: { readonly string: readonly string[] };
  readonly collectionDouble?: { readonly double: readonly number[] };
  readonly collectionSint64?: { readonly sint64: readonly number[] };
  readonly modelBindingData?: RpcModelBindingData;
  readonly collectionModelBindingData?: { readonly modelBindingData: readonly RpcModelBindingData[] };
}

export interface RpcModelBindingData {
  readonly version: string;
  readonly source: string;
  readonly contentType: string;
  readonly content: Uint8Array;
}

export interface RpcHttpData {
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>> | null;
  readonly params?: Readonly<Record<string, string>> | null;
  readonly query?: Readonly<Record<string, string>> | null;
  readonly body?: RpcTypedData | null;
  readonly statusCode?: string | null;
  readonly cookies?: readonly RpcHttpCookie[] | null;
  readonly enableContentNegotiation?: boolean | null;
}

export interface RpcHttpCookie {
  readonly name?: string | null;
  readonly value?: string | null;
  readonly domain?: { readonly value?: string | null } | null;
  readonly path?: { readonly value?: string | null } | null;
  /** A protobuf Timestamp; `seconds` since the Unix epoch. */
  readonly expires?: { readonly value?: { readonly seconds?: number } | null } | null;
  readonly secure?: { readonly value?: boolean | null } | null;
  readonly httpOnly?: { readonly value?: boolean | null } | null;
  /** As a word, or as the number that the protobuf enum gives it. */
  readonly sameSite?: 'none' | 'lax' | 'strict' | 'explicitNone' | number | null;
  readonly maxAge?: { readonly value?: number | null } | null;
}

export interface RpcTraceContext {
  readonly traceParent: string;
  readonly traceState: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface RpcRetryContext {
  readonly retryCount: number;
  readonly maxRetryCount: number;
  readonly exception?: { readonly message: string; readonly source?: string; readonly stackTrace?: string };
}

export interface RpcParameterBinding {
  readonly name: string;
  readonly data: RpcTypedData;
}

export interface RpcInvocationRequest {
  readonly invocationId: string;
  readonly functionId: string;
  readonly inputData: readonly RpcParameterBinding[];
  readonly triggerMetadata: Readonly<Record<string, RpcTypedData>>;
  readonly traceContext: RpcTraceContext;
  readonly retryContext?: RpcRetryContext;
}

export interface RpcInvocationResponse {
  readonly invocationId?: string | null;
  readonly outputData?: readonly RpcParameterBinding[] | null;
  readonly returnValue?: RpcTypedData | null;
}

/** A trigger, input or output of a function, with whatever further properties its type has. */
export interface BindingInfo {
  readonly type: string;
  readonly direction?: 'in' | 'out' | 'inout';
  readonly dataType?: string;
  readonly [property: string]: unknown;
}

export interface RpcRetryOptions {
  readonly maxRetryCount: number;
  readonly retryStrategy: 'fixedDelay' | 'exponentialBackoff';
  readonly delayInterval?: RpcDuration | null;
  readonly minimumInterval?: RpcDuration | null;
  readonly maximumInterval?: RpcDuration | null;
}

export interface RpcDuration {
  readonly seconds?: number;
  readonly nanos?: number;
}

/** What an app hands to `registerFunction`. */
export interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, BindingInfo>>;
  readonly retryOptions?: RpcRetryOptions;
}

/** What a programming model is given about the function it runs. */
export interface RpcFunctionMetadata extends FunctionMetadata {
  readonly functionId: string;
  readonly scriptFile?: string;
  readonly directory?: string;
  readonly entryPoint?: string;
  readonly rawBindings: readonly string[];
}
