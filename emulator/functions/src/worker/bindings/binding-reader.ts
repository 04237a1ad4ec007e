import { ConfigReader } from '../../config/config-reader.ts';
import { ConfigError } from '../../errors.ts';
import type { NamedBinding } from '../core/function-trigger.ts';

/** Reads the properties of a trigger or binding. Its errors name the function, the binding and the property. */
export function readBinding({
  functionName,
  binding,
}: {
  readonly functionName: string;
  readonly binding: NamedBinding;
}): ConfigReader {
  const { name, type } = binding;
  return new ConfigReader({ ...binding }, (path, problem) => {
    return new ConfigError(`Function '${functionName}', binding '${name}' (${type}): '${path.join('.')}' ${problem}`);
  });
}
