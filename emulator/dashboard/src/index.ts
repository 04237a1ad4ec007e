import '@lazurite/runtime/require-node';

export type { StoredCall } from './history/history.ts';
export type { RecordedEvent } from './history/recorder.ts';
export type {
  BlobState,
  ContainerState,
  ItemPage,
  QueueMessage,
  QueueState,
  RunRequest,
  RunResult,
  TokenRequest,
} from './messages.ts';
export { type Dashboard, type DashboardOptions, Recording, startDashboard } from './server/start-dashboard.ts';
export type {
  ContainerPath,
  DashboardServices,
  DataBrowser,
  FunctionRunner,
  ListedFunction,
  StorageBrowser,
} from './services.ts';
