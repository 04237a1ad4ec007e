import type { Finding } from './finding.ts';

const SUBJECT = 'package.json';
const LIBRARY = '@azure/functions';

/** What package.json of a function app says; `text` undefined: there is none. */
export function checkManifest(text: string | undefined): readonly Finding[] {
  if (text === undefined) {
    return [
      warning('It is missing: Azure installs no packages, and functions are looked for in function.json files only'),
    ];
  }
  const manifest = parseObject(text);
  if (!manifest) return [{ level: 'error', subject: SUBJECT, message: 'It does not hold a JSON object' }];
  const isDependency = LIBRARY in objectAt(manifest, 'dependencies');
  if (isDependency || typeof manifest.main !== 'string') return [];
  const isDev = LIBRARY in objectAt(manifest, 'devDependencies');
  return [
    warning(
      isDev
        ? `${LIBRARY} is among devDependencies, which are not deployed. Move it to dependencies`
        : `${LIBRARY} is not among the dependencies. Run 'npm install ${LIBRARY}'`,
    ),
  ];
}

function warning(message: string): Finding {
  return { level: 'warning', subject: SUBJECT, message };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function objectAt(manifest: Record<string, unknown>, name: string): object {
  const value = manifest[name];
  return typeof value === 'object' && value !== null ? value : {};
}
