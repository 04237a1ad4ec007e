import type { CosmosClient } from '@azure/cosmos';
import { createCosmosClient } from '../persistence/cosmos-client.ts';
import { readSettings, type Settings } from '../settings/settings.ts';

/** What a process has one of, whichever of its functions asks first. */
export interface ProcessParts {
  readonly settings: Settings;
  readonly client: CosmosClient;
}

let parts: ProcessParts | undefined;

/** @throws SettingsError */
export function processParts(): ProcessParts {
  parts ??= composeParts(process.env);
  return parts;
}

function composeParts(env: NodeJS.ProcessEnv): ProcessParts {
  const settings = readSettings(env);
  return { settings, client: createCosmosClient(settings.cosmos) };
}

export function startTimer(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}
