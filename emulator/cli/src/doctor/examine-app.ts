import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type FunctionInfo,
  type HostEvent,
  readHostSettings,
  readLocalValues,
  startFunctionsHost,
} from '@lazurite/functions';
import type { Clock, Randomness } from '@lazurite/runtime';
import { isAzuriteInstalled } from '@lazurite/storage';
import { checkFunctions } from './check-functions.ts';
import { checkManifest } from './check-manifest.ts';
import { checkSettings } from './check-settings.ts';
import type { Finding } from './finding.ts';

export interface ExamineOptions {
  readonly scriptRoot: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly randomness: Randomness;
}

export interface Examination {
  /** Empty when the app could not be loaded. */
  readonly functions: readonly FunctionInfo[];
  readonly findings: readonly Finding[];
}

/** Reads the app's files and loads it, with no trigger firing. Never rejects for what is wrong with the app. */
export async function examineApp(options: ExamineOptions): Promise<Examination> {
  const { scriptRoot, env } = options;
  const [hostJson, localSettings, manifest] = await Promise.all(
    ['host.json', 'local.settings.json', 'package.json'].map((name) => readIfThere(join(scriptRoot, name))),
  );
  const isNode = hostJson === undefined || !/"(?:customHandler|httpWorker)"/i.test(hostJson);
  const findings = isNode ? [...checkManifest(manifest)] : [];
  if (hostJson === undefined) {
    findings.push({ level: 'error', subject: 'host.json', message: 'It is missing, so that this is no function app' });
    return { functions: [], findings };
  }
  const loaded = await loadFunctions(options);
  findings.push(...loaded.findings);
  if (loaded.failed) return { functions: [], findings };
  const settings = { ...(await readLocalValues(scriptRoot)), ...env };
  const hasBundle = readHostSettings(hostJson, settings).extensionBundle !== undefined;
  const hasAzurite = isAzuriteInstalled(scriptRoot);
  findings.push(...checkSettings({ hostJson, localSettings, env: settings }));
  findings.push(...checkFunctions({ functions: loaded.functions, hasBundle, hasAzurite }));
  return { functions: loaded.functions, findings };
}

interface Loaded extends Examination {
  readonly failed: boolean;
}

async function loadFunctions({ scriptRoot, env, clock, randomness }: ExamineOptions): Promise<Loaded> {
  const dataDir = join(tmpdir(), `lazurite-doctor-${randomness.uuid()}`);
  const findings: Finding[] = [];
  const onEvent = (event: HostEvent) => void findings.push(...toFindings(event));
  try {
    const host = await startFunctionsHost({ scriptRoot, env, dataDir, clock, onEvent, port: 0, triggers: false });
    const { functions } = host;
    await host.close();
    return { functions, findings, failed: false };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { functions: [], findings: [...findings, { level: 'error', subject: 'app', message }], failed: true };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** What the host itself complains of while the app loads. */
function toFindings(event: HostEvent): Finding[] {
  if (event.type !== 'log' || event.category.endsWith('.User')) return [];
  if (event.level !== 'warning' && event.level !== 'error') return [];
  return [{ level: event.level, subject: 'app', message: event.message }];
}

function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
