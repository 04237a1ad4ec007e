/** The options of `start`, as far as the accepted forms of an argument depend on them. */
export interface StartSyntax {
  /** Long names that take no value: `--useHttps`. */
  readonly booleans: ReadonlySet<string>;
  /** Long names that take one. */
  readonly valued: ReadonlySet<string>;
}

/** Options that Core Tools reads wherever they stand, so scripts write them before the action. */
const GLOBAL_BOOLEANS: ReadonlySet<string> = new Set(['--verbose', '--pause-on-error']);
const GLOBAL_VALUED: ReadonlySet<string> = new Set(['--script-root', '--prefix']);

/** As FluentCommandLineParser reads them, the library of Core Tools. */
const TRUE_WORDS: ReadonlySet<string> = new Set(['true', 'yes', 'on']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['false', 'no', 'off']);

/**
 * Brings the forms that Core Tools accepts into the one form that our parser reads: the action comes first and in lower
 * case, an option is joined to its value by `=` where it was joined by `:`, and a boolean option has no value.
 *
 * @example normalizeArguments(['--verbose', 'Host', 'START', '--cors-credentials', 'true'], syntax)
 *   // ['host', 'start', '--verbose', '--cors-credentials']
 */
export function normalizeArguments(args: readonly string[], syntax: StartSyntax): readonly string[] {
  const globals = args.slice(0, countGlobals(args));
  const rest = args.slice(globals.length);
  const actionLength = rest[0]?.toLowerCase() === 'host' ? 2 : 1;
  const action = rest.slice(0, actionLength).map((word) => (word.startsWith('-') ? word : word.toLowerCase()));
  const options = [...globals, ...rest.slice(actionLength)];
  // Other actions have their own values; `exec` has a whole command line, which is not ours to change.
  if (action.at(-1) === 'start') return [...action, ...normalizeOptions(options, syntax)];
  return [...action, ...normalizeOptions(globals, syntax), ...rest.slice(actionLength)];
}

/** The number of leading words that belong to global options. */
function countGlobals(args: readonly string[]): number {
  let count = 0;
  while (count < args.length) {
    const [name = ''] = (args[count] ?? '').split(/[=:]/, 1);
    const hasOwnValue = name !== args[count];
    if (GLOBAL_BOOLEANS.has(name)) count += !hasOwnValue && isBoolean(args[count + 1]) ? 2 : 1;
    else if (GLOBAL_VALUED.has(name)) count += hasOwnValue ? 1 : 2;
    else break;
  }
  return Math.min(count, args.length);
}

function normalizeOptions(args: readonly string[], syntax: StartSyntax): readonly string[] {
  const [arg, next, ...others] = args;
  if (arg === undefined || arg === '--') return args; // what follows `--` is for Node.js
  const [, name = arg, joined] = /^(--[\w-]+)[=:](.*)$/s.exec(arg) ?? [];
  if (syntax.booleans.has(name) && joined === undefined && isBoolean(next)) {
    return [...booleanOption(name, next), ...normalizeOptions(others, syntax)];
  }
  return [...normalizeOption({ arg, name, joined }, syntax), ...normalizeOptions(args.slice(1), syntax)];
}

interface WrittenOption {
  /** The whole word. */
  readonly arg: string;
  readonly name: string;
  /** The value in the same word. */
  readonly joined: string | undefined;
}

function normalizeOption({ arg, name, joined }: WrittenOption, syntax: StartSyntax): readonly string[] {
  if (joined === undefined) return [arg];
  if (syntax.valued.has(name)) return [`${name}=${joined}`];
  return syntax.booleans.has(name) && isBoolean(joined) ? booleanOption(name, joined) : [arg];
}

/** The option alone where its value is true, nothing where it is false. */
function booleanOption(name: string, value: string): readonly string[] {
  return TRUE_WORDS.has(value.toLowerCase()) ? [name] : [];
}

function isBoolean(word: string | undefined): word is string {
  return word !== undefined && (TRUE_WORDS.has(word.toLowerCase()) || FALSE_WORDS.has(word.toLowerCase()));
}
