import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { AppLoadError, messageOf } from '../../errors.ts';
import type { BindingInfo, RpcFunctionMetadata } from '../../protocol/rpc-types.ts';
import type { FunctionRegistry } from '../core/function-registry.ts';
import type { FunctionCallback } from '../core/programming-model.ts';
import { loadScript, scriptError } from './load-script.ts';

interface FunctionJsonOptions {
  readonly appRoot: string;
  readonly registry: FunctionRegistry;
  readonly isModule: boolean;
}

interface FunctionJson {
  readonly scriptFile?: string;
  readonly entryPoint?: string;
  readonly disabled?: boolean | string;
  readonly bindings: readonly (BindingInfo & { readonly name: string })[];
}

/** The scripts to look for when function.json names none (azure-functions-host `HostFunctionMetadataProvider`). */
const DEFAULT_SCRIPTS = ['run.js', 'run.mjs', 'run.cjs', 'index.js', 'index.mjs', 'index.cjs', 'index.ts', 'run.ts'];

/**
 * Registers the functions that `<folder>/function.json` files describe, in alphabetical order; nothing when the app
 * registered functions in code. Returns the files that were found in either case.
 */
export async function loadFunctionJsonFunctions(
  options: FunctionJsonOptions,
): Promise<{ readonly found: readonly string[] }> {
  const found = await findFunctionJson(options.appRoot);
  if (options.registry.size > 0) return { found };
  for (const path of found) await loadOne(path, options);
  return { found };
}

async function findFunctionJson(appRoot: string): Promise<readonly string[]> {
  const entries = await readdir(appRoot, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map((entry) => join(appRoot, entry.name, 'function.json'))
    .filter((path) => existsSync(path))
    .sort();
}

async function loadOne(path: string, { registry, isModule }: FunctionJsonOptions): Promise<void> {
  const directory = resolve(path, '..');
  const config = parseFunctionJson(path, await readFile(path, 'utf8'));
  const scriptFile = findScript(path, directory, config.scriptFile);
  const exported = await loadScript(scriptFile, isModule).catch((error: unknown) => {
    throw scriptError(scriptFile, error);
  });
  const metadata = toMetadata(directory, scriptFile, config);
  registry.add({
    metadata,
    callback: pickFunction(exported, { config, path }),
    model: 'function.json',
    disabled: config.disabled,
  });
}

function parseFunctionJson(path: string, text: string): FunctionJson {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new AppLoadError(`${path} is not valid JSON: ${messageOf(error)}`, { cause: error });
  }
  if (typeof parsed !== 'object' || parsed === null || !('bindings' in parsed) || !Array.isArray(parsed.bindings)) {
    throw new AppLoadError(`${path} must hold a JSON object with a "bindings" array`);
  }
  for (const binding of parsed.bindings as unknown[]) assertBinding(path, binding);
  return parsed as unknown as FunctionJson; // the checks above cover the properties that are used
}

function assertBinding(path: string, binding: unknown): void {
  const named = typeof binding === 'object' && binding !== null && 'name' in binding && 'type' in binding;
  if (named && typeof binding.name === 'string' && typeof binding.type === 'string') return;
  throw new AppLoadError(`Each of the "bindings" in ${path} needs a "name" and a "type", both strings`);
}

function findScript(path: string, directory: string, scriptFile: string | undefined): string {
  if (scriptFile !== undefined) {
    const file = resolve(directory, scriptFile.replaceAll('\\', sep));
    if (existsSync(file)) return file;
    throw new AppLoadError(`"scriptFile" in ${path} names ${file}, which does not exist. Build the app, or correct it`);
  }
  const file = DEFAULT_SCRIPTS.map((name) => join(directory, name)).find((candidate) => existsSync(candidate));
  if (file) return file;
  throw new AppLoadError(
    `${directory} holds a function.json but no script. Add index.js, or name the script as "scriptFile"`,
  );
}

function toMetadata(directory: string, scriptFile: string, config: FunctionJson): RpcFunctionMetadata {
  const name = basename(directory);
  const bindings = config.bindings.map((binding) => [binding.name, { ...binding, direction: directionOf(binding) }]);
  return {
    name,
    functionId: name,
    directory,
    scriptFile,
    ...(config.entryPoint && { entryPoint: config.entryPoint }),
    // Object.fromEntries loses the type of the values.
    bindings: Object.fromEntries(bindings) as Record<string, BindingInfo>,
    rawBindings: config.bindings.map((binding) => JSON.stringify(binding)),
  };
}

function directionOf(binding: BindingInfo): 'in' | 'out' | 'inout' {
  const direction = String(binding.direction ?? 'in').toLowerCase();
  return direction === 'out' || direction === 'inout' ? direction : 'in';
}

interface FunctionOrigin {
  readonly config: FunctionJson;
  readonly path: string;
}

/** `entryPoint`, else the module itself, else its only export, else `run`, else `index`. */
function pickFunction(exported: unknown, origin: FunctionOrigin): FunctionCallback {
  const target = unwrapDefault(exported);
  if (typeof target === 'function' && !origin.config.entryPoint) return target as FunctionCallback;
  const exports = (target ?? {}) as Record<string, unknown>; // any object can be indexed by name
  const name = origin.config.entryPoint ?? defaultExportName(exports);
  const picked = name === undefined ? undefined : exports[name];
  if (typeof picked !== 'function') throw new AppLoadError(noFunction(origin, name));
  return picked.bind(exports) as FunctionCallback;
}

function unwrapDefault(exported: unknown): unknown {
  const isNamespace = typeof exported === 'object' && exported !== null && 'default' in exported;
  return isNamespace ? exported.default : exported;
}

function defaultExportName(exports: Record<string, unknown>): string | undefined {
  const names = Object.keys(exports);
  if (names.length === 1) return names[0];
  return ['run', 'index'].find((name) => typeof exports[name] === 'function');
}

function noFunction({ config, path }: FunctionOrigin, name: string | undefined): string {
  const script = config.scriptFile ?? 'its script';
  if (name !== undefined) return `${path}: ${script} exports no function named "${name}"`;
  return `${path}: unable to determine which function of ${script} to call. Export a single function, name it "run" or "index", or name it as "entryPoint"`;
}
