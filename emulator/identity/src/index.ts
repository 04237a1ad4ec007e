export { DEFAULT_AUDIENCE, type TokenOptions } from './claims.ts';
export { IdentityError, KeyFileDamagedError } from './errors.ts';
export { DEFAULT_TENANT_ID, type Issuer, type IssuerOptions, startIssuer } from './issuer.ts';
export type { KeyStore } from './key-store.ts';
