import { CONTAINERS, type ContainerDefinition } from '../../shared/persistence/containers.ts';
import { APP_SETTINGS, type AppSetting } from '../../shared/settings/app-settings.ts';
import { HOST_SETTINGS } from '../../shared/settings/host-settings.ts';
import { QUEUES, type QueueDefinition } from '../../shared/settings/queues.ts';
import { ROLES, type Role } from './roles.ts';

/** What the code asks of a deployment: what infra/app-model.json holds, and Bicep reads. */
export interface AppModel {
  readonly database: string;
  readonly containers: readonly ContainerDefinition[];
  readonly queues: readonly string[];
  /** The names of the app settings that a deployment makes. */
  readonly settings: readonly string[];
  readonly roles: readonly Role[];
}

export const ALL_SETTINGS: Readonly<Record<string, AppSetting>> = { ...APP_SETTINGS, ...HOST_SETTINGS };

const queues: readonly QueueDefinition[] = Object.values(QUEUES);

export function appModel(): AppModel {
  return {
    database: APP_SETTINGS.COSMOS_DATABASE.default,
    containers: Object.values(CONTAINERS),
    queues: queues.map(({ name }) => name),
    settings: Object.entries(ALL_SETTINGS)
      .filter(([, { provider }]) => provider === 'cloud' || provider === 'everywhere')
      .map(([name]) => name),
    roles: ROLES,
  };
}
