/** The public key of every local Cosmos emulator. Source: "Azure Cosmos DB emulator", authentication. */
export const WELL_KNOWN_KEY =
  'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';
const ACCOUNT_ENDPOINT = /(?<=^|;)(\s*AccountEndpoint\s*=\s*)https?:\/\/(?:localhost|127\.0\.0\.1):8081\/?(?=;|$)/i;
const COSMOS_URL = /^https?:\/\/(?:localhost|127\.0\.0\.1):8081\/?$/i;
const ISSUER_URL = /^http:\/\/(?:localhost|127\.0\.0\.1):7072(?=\/|$)/i;

/** Origins really in use, for example `http://127.0.0.1:49152`, without a slash at the end. */
export interface LocalEndpoints {
  /** Undefined: the default address means the server of somebody else, which stays. */
  readonly cosmos: string | undefined;
  readonly issuer: string;
}

/**
 * Makes an app setting that names a default local endpoint name the one really in use, so that the same
 * local.settings.json serves any number of stacks side by side. Every other value comes back as it is; so does a
 * connection string with another key, which means another server.
 */
export function createSettingRewriter(endpoints: LocalEndpoints): (value: string) => string {
  return (value) => {
    const { cosmos } = endpoints;
    if (cosmos !== undefined && value.includes(WELL_KNOWN_KEY)) return value.replace(ACCOUNT_ENDPOINT, `$1${cosmos}/`);
    if (cosmos !== undefined && COSMOS_URL.test(value)) return `${cosmos}/`;
    return value.replace(ISSUER_URL, endpoints.issuer);
  };
}
