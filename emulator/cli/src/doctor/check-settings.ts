import { readHostSettings } from '@lazurite/functions';
import type { Finding } from './finding.ts';

/** The longest that a function may run on the Consumption plan. Source: "Azure Functions hosting options", timeout. */
const CONSUMPTION_LIMIT_MS = 10 * 60_000;

export interface SettingsCheck {
  /** Text of the file; undefined: there is none. */
  readonly hostJson: string | undefined;
  readonly localSettings: string | undefined;
  /** The app's settings: the environment, and local.settings.json below it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Both files have been read without an error before. */
export function checkSettings({ hostJson, localSettings, env }: SettingsCheck): readonly Finding[] {
  const findings: Finding[] = [];
  const { functionTimeoutMs, customHandler } = readHostSettings(hostJson, env);
  if (
    functionTimeoutMs !== undefined &&
    functionTimeoutMs > CONSUMPTION_LIMIT_MS &&
    hostJson?.includes('functionTimeout')
  ) {
    const message = 'functionTimeout is above 10 minutes, the most that the Consumption plan allows';
    findings.push({ level: 'warning', subject: 'host.json', message });
  }
  if (localSettings === undefined) {
    const message = 'It is missing. Settings come from the environment alone';
    findings.push({ level: 'info', subject: 'local.settings.json', message });
  } else {
    const message = 'It is not deployed. Set in Azure what the app needs of it';
    findings.push({ level: 'info', subject: 'local.settings.json', message });
  }
  const runtime = env.FUNCTIONS_WORKER_RUNTIME;
  const expected = customHandler ? 'custom' : 'node';
  if (runtime !== undefined && runtime !== '' && runtime.toLowerCase() !== expected) {
    const message = customHandler
      ? `FUNCTIONS_WORKER_RUNTIME is '${runtime}'. With customHandler in host.json it should be 'custom'`
      : `FUNCTIONS_WORKER_RUNTIME is '${runtime}'. This host runs 'node', and 'custom' with customHandler in host.json`;
    findings.push({ level: 'error', subject: 'local.settings.json', message });
  }
  return findings;
}
