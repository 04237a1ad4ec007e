import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh directory for one test; `remove` afterwards. */
export function makeDataDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'lazurite-cosmos-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
