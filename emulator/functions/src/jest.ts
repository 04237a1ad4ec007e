import { fileURLToPath } from 'node:url';

const fromSource = import.meta.url.endsWith('.ts');

/**
 * The setting with which Jest can load function apps. A host cannot provide `@azure/functions-core` to Jest's own module
 * loader.
 *
 * @example
 * // jest.config.js
 * import { moduleNameMapper } from '@lazurite/functions/jest';
 * export default { moduleNameMapper };
 */
export const moduleNameMapper: Readonly<Record<string, string>> = {
  '^@azure/functions-core$': fileURLToPath(new URL(fromSource ? './core.ts' : './core.js', import.meta.url)),
};
