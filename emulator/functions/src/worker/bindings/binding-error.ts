import { ConfigError } from '../../config/config-error.ts';

/** For Section: an error that names the function, the binding and the property. */
export function bindingError({
  functionName,
  binding,
}: {
  readonly functionName: string;
  readonly binding: { readonly name: string; readonly type: string };
}): (path: readonly string[], problem: string) => ConfigError {
  return (path, problem) =>
    new ConfigError(
      `Function '${functionName}', binding '${binding.name}' (${binding.type}): '${path.join('.')}' ${problem}`,
    );
}
