import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError } from '../../errors.ts';
import { addFunction } from './new.ts';
import { type FunctionTemplate, findTemplate, readTemplate, type ScaffoldDependencies } from './templates.ts';
import { type FileWriter, openFileWriter } from './write-new-file.ts';

export interface InitFlags {
  readonly typescript: boolean;
  readonly javascript: boolean;
  readonly language?: string;
  /** `none`: an app without functions. */
  readonly trigger: string;
  readonly name?: string;
  readonly force: boolean;
  /** Adds what builds an image of the app. */
  readonly docker: boolean;
  /** The same, and nothing else: the app is there. */
  readonly dockerOnly: boolean;
}

/** Files of the template by the names that they get in the app. npm would leave out or rename some of the latter. */
const FILES: Readonly<Record<string, string>> = {
  'host.json': 'app/host.json',
  'local.settings.json': 'app/local.settings.json',
  '.gitignore': 'app/gitignore',
  '.funcignore': 'app/funcignore',
  '.vscode/launch.json': 'app/launch.json',
};

const DOCKER_FILES: Readonly<Record<string, string>> = {
  Dockerfile: 'app/Dockerfile',
  '.dockerignore': 'app/dockerignore',
};

/** Creates a function app that starts at once, with one function and its test. Files that are there are kept. */
export async function init(
  folder: string | undefined,
  flags: InitFlags,
  { terminal, templates, version }: ScaffoldDependencies,
): Promise<void> {
  const root = resolve(folder ?? '.');
  const language = languageOf(flags);
  const template = flags.trigger === 'none' ? undefined : findTemplate(flags.trigger);
  const files = openFileWriter({ folder: root, overwrites: flags.force, terminal });
  if (flags.docker || flags.dockerOnly)
    await writeAll(files, DOCKER_FILES, (source) => readTemplate(templates, source, {}));
  if (flags.dockerOnly) return;
  const values = { APP_NAME: packageName(basename(root)), LAZURITE_SOURCE: await sourceOf(version, templates) };
  const manifest = { 'package.json': `app/package.${language}.json` };
  const compiler = language === 'typescript' ? { 'tsconfig.json': 'app/tsconfig.json' } : {};
  const sources = { ...manifest, ...compiler, ...FILES };
  await writeAll(files, sources, (source) => readTemplate(templates, source, values));
  if (template) await addFirstFunction(template, { root, flags, files, templates });
  terminal.out(`Next: ${root === resolve('.') ? '' : `cd ${folder} && `}npm install && npm start\n`);
}

async function writeAll(
  files: FileWriter,
  sources: Readonly<Record<string, string>>,
  read: (source: string) => Promise<string>,
): Promise<void> {
  for (const [path, source] of Object.entries(sources)) await files.write(path, await read(source));
}

interface FirstFunction {
  readonly root: string;
  readonly flags: InitFlags;
  readonly files: FileWriter;
  readonly templates: URL;
}

function addFirstFunction(
  template: FunctionTemplate,
  { root, flags, files, templates }: FirstFunction,
): Promise<boolean> {
  const name = flags.name ?? template.defaultName;
  return addFunction(template, { root, name, authLevel: 'anonymous', files, templates, withTest: true });
}

function languageOf({ typescript, javascript, language }: InitFlags): 'typescript' | 'javascript' {
  if (typescript && javascript)
    throw new CommandError('InvalidArguments', '--typescript and --javascript exclude each other');
  const named = language?.toLowerCase();
  if (javascript || named === 'javascript') return 'javascript';
  if (named === undefined || named === 'typescript') return 'typescript';
  throw new CommandError('InvalidArguments', `The language is typescript or javascript, not '${language}'`);
}

/**
 * What package.json of an app names to get this package: its version, or the tarball that npm installed it from, which npm
 * notes beside the packages by a path from their project.
 */
async function sourceOf(version: string, templates: URL): Promise<string> {
  const packages = new URL('../../', templates);
  const note = await readFile(new URL('.package-lock.json', packages), 'utf8').catch(() => undefined);
  if (note === undefined) return `^${version}`;
  const noted = JSON.parse(note) as { packages?: Record<string, { resolved?: string }> }; // as npm writes it
  const { resolved } = noted.packages?.['node_modules/lazurite'] ?? {};
  if (!resolved?.startsWith('file:')) return `^${version}`;
  return `file:${resolve(fileURLToPath(new URL('..', packages)), resolved.slice('file:'.length))}`;
}

/** What npm takes as the name of a package. */
function packageName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
  return name === '' ? 'function-app' : name;
}
