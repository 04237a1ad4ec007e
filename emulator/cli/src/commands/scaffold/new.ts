import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CommandError } from '../../errors.ts';
import { changeSettings } from '../local-settings.ts';
import {
  type FunctionTemplate,
  findTemplate,
  readTemplate,
  readTemplateSettings,
  type ScaffoldDependencies,
} from './templates.ts';
import { type FileWriter, openFileWriter } from './write-new-file.ts';

export interface NewFlags {
  readonly name?: string;
  readonly template?: string;
  readonly trigger?: string;
  readonly authlevel: string;
  readonly scriptRoot: string;
  readonly force: boolean;
}

const AUTH_LEVELS = ['anonymous', 'function', 'admin'];

/** Adds a function to the app, in the language of the app. A file that is there is kept. */
export async function newFunction(
  name: string | undefined,
  flags: NewFlags,
  { terminal, templates }: ScaffoldDependencies,
): Promise<void> {
  const root = resolve(flags.scriptRoot);
  if (!existsSync(join(root, 'host.json'))) {
    throw new CommandError('NoFunctionApp', `${root} has no host.json. \`lazurite init\` creates an app`);
  }
  const template = findTemplate(flags.trigger ?? flags.template ?? 'http');
  const files = openFileWriter({ folder: root, overwrites: flags.force, terminal });
  const wanted = flags.name ?? name ?? template.defaultName;
  const authLevel = flags.authlevel.toLowerCase();
  if (!AUTH_LEVELS.includes(authLevel)) {
    throw new CommandError('InvalidArguments', `'${flags.authlevel}' is no level. There are ${AUTH_LEVELS.join(', ')}`);
  }
  const withTest = existsSync(join(root, 'test'));
  const isAdded = await addFunction(template, { root, name: wanted, authLevel, files, templates, withTest });
  if (!isAdded)
    throw new CommandError('FileExists', `The function '${wanted}' has a file already. Name another with --name`);
}

interface AddOptions {
  readonly root: string;
  readonly name: string;
  readonly authLevel: string;
  readonly files: FileWriter;
  readonly templates: URL;
  readonly withTest: boolean;
}

/** As Azure's host has it; so it is no path either. */
const FUNCTION_NAME = /^[a-zA-Z][\w-]{0,127}$/;

/** Returns whether the file of the function was written. @throws CommandError */
export async function addFunction(
  template: FunctionTemplate,
  { root, name, authLevel, files, templates, withTest }: AddOptions,
): Promise<boolean> {
  if (!FUNCTION_NAME.test(name)) {
    throw new CommandError(
      'InvalidArguments',
      `'${name}' cannot be a function's name: a letter, then letters, digits, '_' and '-'`,
    );
  }
  const { extension, isModule } = await readStyle(root);
  const values = { FUNCTION_NAME: name, AUTH_LEVEL: authLevel };
  const source = await readTemplate(templates, sourceOf(template, extension, templates), values);
  const isModuleFile = isModule || extension === 'ts';
  const isWritten = await files.write(`src/functions/${name}.${extension}`, isModuleFile ? source : toCommonJs(source));
  if (isWritten && withTest) {
    const test = await readTemplate(templates, `tests/${template.trigger}.js`, values);
    await files.write(`test/${name}.test.${isModuleFile ? extension : 'mjs'}`, test);
  }
  await changeSettings(join(root, 'local.settings.json'), await readTemplateSettings(templates, template), {
    overwrites: false,
  });
  return isWritten;
}

/** One file serves both languages, but where TypeScript cannot infer the types. */
function sourceOf({ trigger }: FunctionTemplate, extension: string, templates: URL): string {
  const typed = `functions/${trigger}.ts`;
  return extension === 'ts' && existsSync(new URL(typed, templates)) ? typed : `functions/${trigger}.js`;
}

interface SourceStyle {
  readonly extension: 'ts' | 'js';
  /** package.json says that `.js` is a module. */
  readonly isModule: boolean;
}

/** TypeScript where there is a tsconfig.json or a function in TypeScript. */
async function readStyle(root: string): Promise<SourceStyle> {
  const manifest = await readFile(join(root, 'package.json'), 'utf8').catch(() => '{}');
  const functions = await readdir(join(root, 'src/functions')).catch(() => []);
  const isTypeScript = existsSync(join(root, 'tsconfig.json')) || functions.some((file) => file.endsWith('.ts'));
  return { extension: isTypeScript ? 'ts' : 'js', isModule: /"type"\s*:\s*"module"/.test(manifest) };
}

function toCommonJs(source: string): string {
  return source.replace(/^import (\{[^}]*\}) from ('[^']*');/gm, 'const $1 = require($2);');
}
