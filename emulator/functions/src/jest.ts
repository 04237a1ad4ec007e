import { fileURLToPath } from 'node:url';

const fromSource = import.meta.url.endsWith('.ts');

/**
 * What Jest needs to load function apps: it has a module loader of its own, which a host cannot teach where
 * `@azure/functions-core` is.
 *
 * @example
 * // jest.config.js
 * import { moduleNameMapper } from '@lazurite/functions/jest';
 * export default { moduleNameMapper };
 */
export const moduleNameMapper: Readonly<Record<string, string>> = {
  '^@azure/functions-core$': fileURLToPath(new URL(fromSource ? './core.ts' : './core.js', import.meta.url)),
};
