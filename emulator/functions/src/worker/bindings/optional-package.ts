import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ConfigError, errnoOf, messageOf } from '../../errors.ts';

const NOT_FOUND = ['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'];

/**
 * Loads a package that only some apps need, and that is not installed with this one: from beside it, else from the function
 * app, whose folder is the working directory of its worker.
 *
 * @param load imports it, so that a bundler sees its name
 * @throws ConfigError that says what to install
 */
export async function loadOptionalPackage<T>(name: string, what: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!isMissing(name, error)) throw error;
  }
  try {
    return createRequire(join(process.cwd(), 'package.json'))(name) as T; // the same package
  } catch (error) {
    if (!isMissing(name, error)) throw error;
    throw new ConfigError(`${what} needs the package ${name}. Run 'npm install --save-dev ${name}'`, { cause: error });
  }
}

/** Whether the package itself is missing, not one that it needs. */
function isMissing(name: string, error: unknown): boolean {
  return NOT_FOUND.includes(errnoOf(error) ?? '') && messageOf(error).includes(`'${name}'`);
}
