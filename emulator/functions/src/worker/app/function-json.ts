import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { ConfigReader, isObject } from '../../config/config-reader.ts';
import type { RetryPolicy } from '../../config/host-settings.ts';
import { parseJsonFile } from '../../config/json-file.ts';
import { readRetryPolicy } from '../../config/retry-policy.ts';
import { AppLoadError } from '../../errors.ts';
import type { BindingInfo, RpcFunctionMetadata } from '../../protocol/rpc-types.ts';
import type { FunctionRegistry } from '../core/function-registry.ts';
import type { NamedBinding } from '../core/function-trigger.ts';
import type { FunctionCallback } from '../core/programming-model.ts';
import { toRetryOptions } from '../triggers/retry.ts';
import { assertFunctionName, assertValidBindings } from './function-checks.ts';
import { loadScript, scriptError } from './load-script.ts';

interface FunctionJsonOptions {
  readonly appRoot: string;
  readonly registry: FunctionRegistry;
  readonly isModule: boolean;
  /** False: a custom handler runs the functions, which have no scripts. */
  readonly hasScripts: boolean;
  /** Only these functions are loaded; null: all. Names are compared without regard to case. */
  readonly functions: readonly string[] | null;
}

interface FunctionJson {
  readonly scriptFile: string | undefined;
  readonly entryPoint: string | undefined;
  readonly disabled: unknown;
  readonly retry: RetryPolicy | undefined;
  readonly bindings: readonly NamedBinding[];
}

/** The scripts to look for when function.json names none (azure-functions-host `HostFunctionMetadataProvider`). */
const DEFAULT_SCRIPTS = ['run.js', 'run.mjs', 'run.cjs', 'index.js', 'index.mjs', 'index.cjs', 'index.ts', 'run.ts'];

/**
 * Registers the functions that `<folder>/function.json` files describe, in alphabetical order; nothing when the app
 * registered functions in code. A function that cannot be loaded is in error, and the others are loaded. Returns the files
 * that were found in either case.
 */
export async function loadFunctionJsonFunctions(
  options: FunctionJsonOptions,
): Promise<{ readonly found: readonly string[] }> {
  const found = await findFunctionJson(options.appRoot);
  if (options.registry.size > 0) return { found };
  const wanted = options.functions && new Set(options.functions.map((name) => name.toLowerCase()));
  for (const path of found) {
    const name = basename(dirname(path));
    if (wanted && !wanted.has(name.toLowerCase())) continue;
    await loadOne(path, options).catch((error: unknown) => options.registry.reject(name, error));
  }
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

async function loadOne(path: string, { registry, isModule, hasScripts }: FunctionJsonOptions): Promise<void> {
  const directory = dirname(path);
  assertFunctionName(basename(directory));
  const config = parseFunctionJson(path, await readFile(path, 'utf8'));
  const scriptFile = hasScripts ? findScript(path, directory, config.scriptFile) : undefined;
  const metadata = toMetadata(directory, scriptFile, config);
  const callback = scriptFile ? pickFunction(await load(scriptFile, isModule), { config, path }) : runByModel;
  registry.add({ metadata, callback, model: 'function.json', disabled: config.disabled });
}

function load(scriptFile: string, isModule: boolean): Promise<unknown> {
  return loadScript(scriptFile, isModule).catch((error: unknown) => {
    throw scriptError(scriptFile, error);
  });
}

/** The programming model of a custom handler calls no function of JavaScript. */
function runByModel(): void {}

function parseFunctionJson(path: string, text: string): FunctionJson {
  const file = parseJsonFile(path, text);
  const reader = new ConfigReader(file.root, (place, problem) => file.errorAt(place, problem));
  const { bindings, disabled } = file.root;
  if (!Array.isArray(bindings) || !bindings.every(isObject)) {
    throw new AppLoadError(`${path} must hold a JSON object with a "bindings" array of objects`);
  }
  const declared: readonly unknown[] = bindings;
  assertValidBindings(declared);
  return {
    scriptFile: reader.text('scriptFile'),
    entryPoint: reader.text('entryPoint'),
    disabled,
    retry: readRetryPolicy(reader.section('retry')),
    bindings: declared,
  };
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

function toMetadata(directory: string, scriptFile: string | undefined, config: FunctionJson): RpcFunctionMetadata {
  const name = basename(directory);
  const bindings = config.bindings.map((binding) => [binding.name, { ...binding, direction: directionOf(binding) }]);
  return {
    name,
    functionId: name,
    directory,
    ...(scriptFile && { scriptFile }),
    ...(config.retry && { retryOptions: toRetryOptions(config.retry) }),
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
