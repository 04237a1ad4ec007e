import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../errors.ts';

/** The app is offline while this file is in its folder (azure-functions-host `FileMonitoringService.cs`). */
const FILE = 'app_offline.htm';
const PAGE = `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Offline</title></head>
<body><h1>The function app is offline</h1></body>
</html>
`;

/** The content of app_offline.htm; undefined when the app is online. */
export async function readOfflinePage(appRoot: string): Promise<string | undefined> {
  try {
    return await readFile(join(appRoot, FILE), 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Takes effect in the next worker. */
export async function setOffline(appRoot: string, isOffline: boolean): Promise<void> {
  if (isOffline) await writeFile(join(appRoot, FILE), PAGE);
  else await rm(join(appRoot, FILE), { force: true });
}
