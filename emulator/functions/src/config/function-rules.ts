import { lookUp } from './connections.ts';

/** Utility.cs of azure-functions-host. */
const FUNCTION_NAME = /^[a-zA-Z][a-zA-Z0-9_-]{0,127}$/;
const BINDING_NAME = /^[a-zA-Z][a-zA-Z0-9]{0,127}$/;

type Environment = Readonly<Record<string, string | undefined>>;

/** What is wrong with a function's name, or undefined. `host` is taken by the host itself. */
export function functionNameProblem(name: string): string | undefined {
  if (FUNCTION_NAME.test(name) && name.toLowerCase() !== 'host') return undefined;
  return `'${name}' is not a valid function name. It must start with a letter, hold only letters, digits, '_' and '-', be at most 128 characters long, and must not be 'host'`;
}

/** What is wrong with a binding's name, or undefined. */
export function bindingNameProblem(name: string): string | undefined {
  if (name === '$return' || BINDING_NAME.test(name)) return undefined;
  return `'${name}' is not a valid binding name. It must start with a letter and hold only letters and digits, at most 128, or be '$return'`;
}

/**
 * Whether a function is switched off: by the setting `AzureWebJobs.<name>.Disabled`, or by function.json's `disabled`,
 * which is a boolean or the name of a setting (with or without `%`).
 */
export function isDisabled(name: string, declared: unknown, env: Environment): boolean {
  const setting = lookUp(`AzureWebJobs.${name}.Disabled`, env) ?? env[`AzureWebJobs_${name}_Disabled`];
  if (setting !== undefined) return isTruthy(setting);
  if (typeof declared !== 'string') return declared === true;
  const named = lookUp(declared.replace(/^%(.*)%$/, '$1'), env);
  return isTruthy(named ?? declared);
}

function isTruthy(setting: string): boolean {
  return setting === '1' || setting.toLowerCase() === 'true';
}
