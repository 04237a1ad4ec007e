/**
 * What an endpoint asks of the requests of web pages. All endpoints ask that the Host header names the server, and a
 * client that is no browser is asked for nothing else here.
 */
export interface EndpointRule {
  readonly server: 'functions host' | 'Cosmos DB' | 'storage' | 'token issuer' | 'dashboard';
  /** Which requests the rule is for. */
  readonly requests: string;
  /** Pages that the server itself served. */
  readonly ownPages: 'accepted' | 'rejected';
  /** Pages of every other origin, of none, and those that browsers call `cross-site` or `same-site`. */
  readonly foreignPages: 'accepted' | 'rejected' | 'by CORS' | 'with a key' | 'by CORS, with a key';
  /** What the endpoint asks of every client, behind the edge. */
  readonly credential: string;
}

const FUNCTION_KEY = 'function key with `--enableAuth`';
const EXTENSION_KEY = 'system key of the extension (`mcp_extension`), or master key, with `--enableAuth`';
const MASTER_KEY = 'master key with `--enableAuth`';

/** Every endpoint of every server. docs/security.md has it as a table, made by `npm run docs:generate`. */
export const ENDPOINT_RULES = {
  homepage: {
    server: 'functions host',
    requests: '`GET /`, where no function has this route; unknown routes',
    ownPages: 'accepted',
    foreignPages: 'accepted',
    credential: 'none',
  },
  anonymousFunction: {
    server: 'functions host',
    requests: 'functions with `authLevel: anonymous`',
    ownPages: 'accepted',
    foreignPages: 'accepted',
    credential: 'what the function asks for, as in Azure',
  },
  keyedFunction: {
    server: 'functions host',
    requests: 'functions with another `authLevel`; disabled functions',
    ownPages: 'accepted',
    foreignPages: 'with a key',
    credential: FUNCTION_KEY,
  },
  admin: {
    server: 'functions host',
    requests: '`/admin/…`',
    ownPages: 'accepted',
    foreignPages: 'by CORS, with a key',
    credential: MASTER_KEY,
  },
  webhook: {
    server: 'functions host',
    requests: '`/runtime/webhooks/…` but for the next line',
    ownPages: 'accepted',
    foreignPages: 'rejected',
    credential: EXTENSION_KEY,
  },
  mcp: {
    server: 'functions host',
    requests: '`/runtime/webhooks/mcp…`, the Model Context Protocol',
    ownPages: 'accepted',
    foreignPages: 'by CORS, with a key',
    credential: EXTENSION_KEY,
  },
  cosmos: {
    server: 'Cosmos DB',
    requests: 'all',
    ownPages: 'accepted',
    foreignPages: 'rejected',
    credential: 'signature with an account key, or a token',
  },
  storage: {
    server: 'storage',
    requests: 'all of blobs, queues and tables',
    ownPages: 'accepted',
    foreignPages: 'by CORS',
    credential: 'signature with the account key, or SAS',
  },
  issuerDocument: {
    server: 'token issuer',
    requests: '`GET` of the discovery document, the keys, `/instance`; unknown routes',
    ownPages: 'accepted',
    foreignPages: 'rejected',
    credential: 'none',
  },
  token: {
    server: 'token issuer',
    requests: '`POST /{tenant}/oauth2/v2.0/token`',
    ownPages: 'rejected',
    foreignPages: 'rejected',
    credential: 'none: any client of this machine gets a token',
  },
  managedIdentity: {
    server: 'token issuer',
    requests: '`GET /msi/token`',
    ownPages: 'rejected',
    foreignPages: 'rejected',
    credential: '`X-IDENTITY-HEADER`',
  },
  dashboard: {
    server: 'dashboard',
    requests: 'all',
    ownPages: 'accepted',
    foreignPages: 'rejected',
    credential: 'the token of the printed link: as a cookie, or in `x-lazurite-token`',
  },
} as const satisfies Record<string, EndpointRule>;

export type Endpoint = keyof typeof ENDPOINT_RULES;
