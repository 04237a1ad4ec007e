import { READ_OPERATIONS, type RequiredPermissions, WRITE_OPERATIONS } from '../../shared/domain/caller.ts';
import { CONTAINERS } from '../../shared/persistence/containers.ts';
import type { ContainerDefinition } from '../../shared/persistence/cosmos-client.ts';
import { APP_SETTINGS, type AppSetting } from '../../shared/settings/app-settings.ts';
import { HOST_SETTINGS } from '../../shared/settings/host-settings.ts';
import { QUEUES, type QueueDefinition } from '../../shared/settings/queues.ts';
import { ROLES, type Role } from './roles.ts';

/** What the code asks of a deployment: what infra/app-model.json holds, and Bicep reads. */
export interface AppModel {
  readonly database: string;
  readonly containers: readonly ContainerDefinition[];
  readonly queues: readonly string[];
  readonly settings: DeployedSettings;
  readonly roles: readonly Role[];
  /** What callers can be granted. */
  readonly permissions: RequiredPermissions;
}

/** The app settings that a deployment makes, by where it has the value from. */
export interface DeployedSettings {
  /** From the deployment itself: addresses, identities. */
  readonly required: readonly string[];
  /** What holds unless the deployment sets another value. */
  readonly defaults: Readonly<Record<string, string>>;
  /** Secrets that nobody has to know: at random, anew at each provisioning. */
  readonly generated: readonly string[];
}

export const ALL_SETTINGS: Readonly<Record<string, AppSetting>> = { ...APP_SETTINGS, ...HOST_SETTINGS };

const queues: readonly QueueDefinition[] = Object.values(QUEUES);

export function appModel(): AppModel {
  return {
    database: APP_SETTINGS.COSMOS_DATABASE.default,
    containers: Object.values(CONTAINERS),
    queues: queues.map(({ name }) => name),
    settings: deployedSettings(),
    roles: ROLES,
    permissions: {
      delegated: every('delegated'),
      application: every('application'),
    },
  };
}

function deployedSettings(): DeployedSettings {
  const deployed = Object.entries(ALL_SETTINGS).filter(([, { provider }]) =>
    ['cloud', 'everywhere'].includes(provider),
  );
  const open = deployed.filter(([, setting]) => setting.default === null);
  return {
    required: open.filter(([, { secret }]) => !secret).map(([name]) => name),
    defaults: Object.fromEntries(
      deployed.flatMap(([name, { default: value }]) => (value === null ? [] : [[name, value]])),
    ),
    generated: open.filter(([, { secret }]) => secret).map(([name]) => name),
  };
}

function every(kind: keyof RequiredPermissions): readonly string[] {
  return [...new Set([READ_OPERATIONS, WRITE_OPERATIONS].flatMap((required) => required[kind]))];
}
