import { type Paint, plain } from './paint.ts';

/** One entry of the list. */
export interface ListedFunction {
  readonly name: string;
  /** For example `httpTrigger`. */
  readonly triggerType: string;
  /** Upper case; empty: any method. */
  readonly methods?: readonly string[];
  /** The address with the route template; only HTTP triggers have one. */
  readonly url?: string;
  readonly disabled: boolean;
}

/**
 * The list that `func start` prints once the host runs (azure-functions-core-tools `DisplayFunctionsInfoUtilities.cs`):
 * HTTP functions, then the others, then the disabled ones. Editors and scripts read it.
 */
export function formatFunctionList(functions: readonly ListedFunction[], paint: Paint = plain): string {
  const enabled = functions.filter(({ disabled }) => !disabled);
  const lines = [
    ...enabled.filter(isHttp).map((fn) => `\t${paint.name(fn.name)}: ${formatTarget(fn, paint)}\n\n`),
    ...enabled.filter((fn) => !isHttp(fn)).map((fn) => `\t${paint.name(fn.name)}: ${fn.triggerType}\n\n`),
  ];
  const disabled = functions.filter((fn) => fn.disabled).map(({ name }) => `Function ${name} is disabled.\n`);
  return ['\nFunctions:\n\n', ...lines, ...disabled].join('');
}

function isHttp({ triggerType }: ListedFunction): boolean {
  return triggerType.toLowerCase() === 'httptrigger';
}

function formatTarget({ methods = [], url = '' }: ListedFunction, paint: Paint): string {
  const list = methods.length > 0 ? `[${methods.map((method) => method.toUpperCase()).join(',')}] ` : '';
  return `${list}${paint.url(url)}`;
}
