import type { CosmosClient } from '@azure/cosmos';
import { NO_TELEMETRY, type Telemetry } from '../../shared/domain/telemetry.ts';
import { createCosmosClient } from '../../shared/persistence/cosmos-client.ts';
import { readSettings, type Settings } from '../../shared/settings/settings.ts';
import type { TelemetrySettings } from '../../shared/telemetry/app-telemetry.ts';
import { loadTelemetry } from '../../shared/telemetry/load-telemetry.ts';
import { quietFailures, watchFunctions } from './invocation-hooks.ts';

/** What a process has one of, whichever of its functions asks first. */
export interface ProcessParts {
  readonly settings: Settings;
  readonly client: CosmosClient;
  readonly telemetry: Telemetry;
}

let parts: ProcessParts | undefined;

/** @throws SettingsError */
export function processParts(): ProcessParts {
  parts ??= composeParts(process.env);
  return parts;
}

function composeParts(env: NodeJS.ProcessEnv): ProcessParts {
  const settings = readSettings(env);
  quietFailures();
  const telemetry = settings.telemetry && startTelemetry(settings.telemetry);
  return { settings, client: createCosmosClient(settings.cosmos, telemetry), telemetry: telemetry ?? NO_TELEMETRY };
}

function startTelemetry(settings: TelemetrySettings): Telemetry {
  const telemetry = loadTelemetry(settings, {
    elapsed: () => performance.now(),
    onFailure: (error) => process.emitWarning(`Telemetry is not exported: ${String(error)}`),
  });
  watchFunctions(telemetry);
  return telemetry;
}

export function startTimer(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}
