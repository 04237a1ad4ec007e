import type { McpHttpTransport } from '../../mcp/http-transport.ts';
import type { WorkerInit } from '../../protocol/messages.ts';
import type { KeyStore } from '../http/key-store.ts';
import type { ManualInvoker } from '../invocation/invoke-manually.ts';
import type { TriggerListeners } from '../triggers/trigger-listeners.ts';

export interface AdminDependencies extends ManualInvoker {
  readonly init: WorkerInit;
  readonly triggers: Pick<TriggerListeners, 'isStopped' | 'outstanding' | 'stop'>;
  readonly openKeys: () => Promise<KeyStore>;
  /** Undefined: no function has a trigger of the Model Context Protocol. */
  readonly mcp: McpHttpTransport | undefined;
  /** Undefined: the app is online. */
  readonly offlinePage: string | undefined;
  /** Requests a new worker process in place of this one. */
  restart(): void;
}
