import type { AppSetting } from './app-settings.ts';

/** App settings that the Functions host reads and the app does not. */
export const HOST_SETTINGS = {
  FUNCTIONS_WORKER_RUNTIME: {
    purpose: 'The language. In Azure a property of the app instead, which Flex Consumption rejects as a setting',
    values: ['node'],
    default: null,
    provider: 'local',
    secret: false,
  },
  AzureWebJobsStorage: {
    purpose: 'The same by key. `UseDevelopmentStorage=true` is the local emulator',
    values: 'a connection string',
    default: null,
    provider: 'local',
    secret: true,
  },
  AzureWebJobsStorage__accountName: {
    purpose: "The storage account of the host's own state and of the queues, by identity",
    values: 'a name',
    default: null,
    provider: 'cloud',
    secret: false,
  },
  AzureWebJobsStorage__credential: {
    purpose: 'That the identity is one of Azure',
    values: ['managedidentity'],
    default: null,
    provider: 'cloud',
    secret: false,
  },
  AzureWebJobsStorage__clientId: {
    purpose: 'Which user-assigned identity',
    values: 'a GUID',
    default: null,
    provider: 'cloud',
    secret: false,
  },
} as const satisfies Readonly<Record<string, AppSetting>>;
