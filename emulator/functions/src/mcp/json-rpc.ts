/** JSON-RPC 2.0 as the Model Context Protocol uses it: single messages, and params that are objects. */

export type JsonRpcId = string | number;
export type Params = Readonly<Record<string, unknown>>;

export type JsonRpcMessage =
  | { readonly kind: 'request'; readonly id: JsonRpcId; readonly method: string; readonly params: Params }
  | { readonly kind: 'notification'; readonly method: string; readonly params: Params }
  /** The peer's response to a request of ours. */
  | { readonly kind: 'response'; readonly id: JsonRpcId };

export type JsonRpcResponse =
  | { readonly jsonrpc: '2.0'; readonly id: JsonRpcId; readonly result: object }
  | { readonly jsonrpc: '2.0'; readonly id: JsonRpcId | null; readonly error: JsonRpcErrorBody };

interface JsonRpcErrorBody {
  readonly code: number;
  readonly message: string;
}

/** The codes of JSON-RPC 2.0, and the one that servers of the protocol use for a rejected HTTP request. */
export const JSON_RPC_CODES = {
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internalError: -32_603,
  rejected: -32_000,
} as const;

/** A request that cannot be carried out. The caller gets code and message. */
export class JsonRpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JsonRpcError';
    this.code = code;
  }
}

/** The default of System.Text.Json, with which Azure reads messages. Deeper values overflow the stack of writers. */
const MAX_DEPTH = 64;

/** Undefined when `text` is not one message: malformed or too deep JSON, a batch, another version, ids of other types. */
export function parseMessage(text: string): JsonRpcMessage | undefined {
  const value = parseJson(text);
  if (!isRecord(value) || value.jsonrpc !== '2.0') return undefined;
  const { id, method, params = {} } = value;
  if (id !== undefined && !isId(id)) return undefined;
  if (method === undefined) {
    const isResponse = id !== undefined && ('result' in value || 'error' in value);
    return isResponse ? { kind: 'response', id } : undefined;
  }
  if (typeof method !== 'string' || !isRecord(params)) return undefined;
  return id === undefined ? { kind: 'notification', method, params } : { kind: 'request', id, method, params };
}

/** The value of JSON text; undefined when it is malformed or too deep. */
export function parseJson(text: string): unknown {
  if (depthOf(text) > MAX_DEPTH) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The greatest number of brackets that are open at once, outside texts. Takes linear time whatever the text. */
function depthOf(text: string): number {
  let depth = 0;
  let greatest = 0;
  let isInText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isInText && character === '\\') at += 1;
    else if (character === '"') isInText = !isInText;
    else if (isInText) continue;
    else if (character === '[' || character === '{') greatest = Math.max(greatest, ++depth);
    else if (character === ']' || character === '}') depth -= 1;
  }
  return greatest;
}

export function errorResponse(id: JsonRpcId | null, code: number, message: string): JsonRpcResponse {
  return { jsonrpc: '2.0', id, error: { code, message } };
}

function isId(value: unknown): value is JsonRpcId {
  return typeof value === 'string' || typeof value === 'number';
}

/** An object that is neither null nor an array. */
export function isRecord(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
