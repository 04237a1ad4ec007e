export type { ChangeListener, ContainerChange } from './account/change-notifications.ts';
export type { EntraOptions } from './auth/entra-tokens.ts';
export { type CosmosOptions, type CosmosServer, startCosmos, WELL_KNOWN_KEY } from './server/start-cosmos.ts';
export { StoreError } from './store/errors.ts';
