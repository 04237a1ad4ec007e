/** The account and key that Azurite and the Storage SDKs know for `UseDevelopmentStorage=true`; public, and no secret. */
const DEVELOPMENT_ACCOUNT = 'devstoreaccount1';
const DEVELOPMENT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface ServiceOrigins {
  /** For example `http://127.0.0.1:10000`. */
  readonly blob: string;
  readonly queue: string;
  readonly table: string;
}

/** The address of the development account in a service. */
export function accountEndpoint(origin: string): string {
  return `${origin}/${DEVELOPMENT_ACCOUNT}`;
}

export function connectionStringFor({ blob, queue, table }: ServiceOrigins): string {
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${DEVELOPMENT_ACCOUNT}`,
    `AccountKey=${DEVELOPMENT_KEY}`,
    `BlobEndpoint=${accountEndpoint(blob)}`,
    `QueueEndpoint=${accountEndpoint(queue)}`,
    `TableEndpoint=${accountEndpoint(table)}`,
    '',
  ].join(';');
}
