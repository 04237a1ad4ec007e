import type { DataRole } from '@lazurite/cosmos';
import { AllowedHostError, Edge } from '@lazurite/http';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { StartSyntax } from '../arguments.ts';
import { DEFAULT_DATA_DIR } from '../run-file.ts';

/** The flags of `start`, as the command line gives them; absent: not given. */
export interface StartFlags {
  readonly port?: number;
  readonly cosmosPort?: number;
  readonly issuerPort?: number;
  readonly storagePort?: number;
  readonly dashboardPort?: number;
  readonly dashboard: boolean;
  readonly managedIdentity?: DataRole;
  readonly address?: string;
  readonly dataDir: string;
  readonly inMemory: boolean;
  /** A folder of `exportOnExit`, stored before requests are served. */
  readonly import?: string;
  readonly exportOnExit?: string;
  readonly scriptRoot: string;
  readonly prefix?: string;
  /** A zip to be run instead of a folder. */
  readonly package?: string;
  /** A file to be read instead of local.settings.json. */
  readonly settings?: string;
  readonly functions?: readonly string[];
  /** Origins, separated by commas. */
  readonly cors?: string;
  readonly corsCredentials: boolean;
  readonly allowedHosts?: readonly string[];
  /** Seconds. */
  readonly timeout: number;
  readonly useHttps: boolean;
  readonly cert?: string;
  readonly password?: string;
  readonly enableAuth: boolean;
  readonly languageWorker?: true | readonly string[];
  /** Where the inspector listens; true: where Node.js opens it by default. So too for the next two. */
  readonly inspect?: true | string;
  readonly inspectBrk?: true | string;
  readonly inspectWait?: true | string;
  /** The editor that is to attach. */
  readonly debug?: true | string;
  readonly nodeDebugPort?: number;
  readonly userLogLevel?: string;
  readonly json: boolean;
  readonly enableJsonOutput: boolean;
  readonly jsonOutputFile?: string;
  readonly verbose: boolean;
}

const DATA_ROLES: readonly DataRole[] = ['contributor', 'reader'];
export const USER_LOG_LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;

/**
 * Options of `func start` that concern other languages, or the downloads of an installation. The language of an app here
 * follows from its files.
 */
const WITHOUT_EFFECT = [
  ...['--no-build', '--build', '--dotnet-isolated-debug', '--offline', '--no-interactive'],
  ...['--typescript', '--javascript', '--node', '--csharp', '--dotnet', '--dotnet-isolated', '--python', '--java'],
  ...['--powershell', '--custom', '--runtime <name>', '--worker-runtime <name>', '--language <name>'],
];

/** Concerns what happens after the command: `run` looks for it. */
export const PAUSE_ON_ERROR = '--pause-on-error';

/** The flags of `func start` (azure-functions-core-tools `StartHostAction.cs`), then those of our own. */
export function addStartOptions(command: Command): Command {
  const withFuncFlags = command
    .argument('[arguments...]', 'with --language-worker, after --: options of Node.js for the function app')
    .allowUnknownOption() // as Core Tools; the caller names them
    .addOption(portOption('-p, --port <number>', 'port of the functions host; 0 means any (default: 7071)'))
    .addOption(addressOption())
    .option(PAUSE_ON_ERROR, 'when the command fails, wait for a key before it ends', false)
    .option('--functions <names...>', 'run only these functions')
    .option('--cors <origins>', 'origins that may call from a browser, separated by commas; * for all')
    .option('--cors-credentials', 'let them send credentials', false)
    .addOption(timeoutOption())
    .option('--useHttps', 'serve HTTPS', false)
    .option('--cert <file>', 'certificate for it: PFX, or PEM with its key (default: one made for this machine)')
    .option('--password <password>', 'password of that file')
    .option('--enableAuth', 'ask for function keys, as in Azure', false)
    .option('--language-worker [arguments...]', 'options of Node.js follow: --language-worker -- "--inspect=9229"')
    .option('--inspect [address]', 'let a debugger attach to the function app, by default on port 9229')
    .option('--inspect-brk [address]', 'the same, and stop before its first line')
    .option('--inspect-wait [address]', 'the same, and wait for the debugger')
    .option('--debug [editor]', 'with VSCode: the same as --inspect')
    .addOption(portOption('--nodeDebugPort <number>', 'the same as --inspect with this port'))
    .addOption(userLogLevelOption())
    .option('--enable-json-output', 'the same as --json', false)
    .option('--json-output-file <file>', 'write the events of --json to a file, too')
    .option('--script-root <folder>', 'folder of the function app', '.')
    .option('--prefix <folder>', 'the same as --script-root')
    .option('--verbose', 'log more', false);
  for (const flag of WITHOUT_EFFECT) withFuncFlags.addOption(new Option(flag, 'accepted, without effect').hideHelp());
  return withFuncFlags
    .addOption(packageOption())
    .option('--settings <file>', 'app settings, in the form of local.settings.json, which is not read then')
    .addOption(portOption('--cosmos-port <number>', 'port of the Cosmos DB-compatible server (default: 8081, or any)'))
    .addOption(portOption('--issuer-port <number>', 'port of the token issuer (default: 7072, or any)'))
    .addOption(storagePortOption())
    .addOption(portOption('--dashboard-port <number>', 'port of the dashboard (default: 7070, or any)'))
    .option('--no-dashboard', 'do not serve the dashboard, and keep no record of what runs')
    .addOption(managedIdentityOption())
    .addOption(allowedHostsOption())
    .option('--data-dir <folder>', 'where data outlives a restart', DEFAULT_DATA_DIR)
    .option('--in-memory', 'keep no data', false)
    .option('--import <folder>', 'store what --export-on-exit has written there')
    .option('--export-on-exit <folder>', 'when the stack stops, write what Cosmos DB has stored to this folder')
    .option('--json', 'write events to stdout, one JSON object a line', false);
}

/** The forms of arguments that `command` reads. */
export function syntaxOf({ options }: Command): StartSyntax {
  const namesOf = (some: readonly Option[]) => new Set(some.flatMap(({ long }) => long ?? []));
  return {
    booleans: namesOf(options.filter((option) => option.isBoolean() || option.negate)),
    valued: namesOf(options.filter(({ required, optional }) => required || optional)),
  };
}

export interface StartWords {
  /** Options of Node.js for the function app. */
  readonly nodeArguments: readonly string[];
  /** What belongs to no option that is known. */
  readonly ignored: readonly string[];
}

/** Divides the words that follow the options of `start`. */
export function readWords(flags: StartFlags, words: readonly string[]): StartWords {
  const debugging = debugArguments(flags);
  if (flags.languageWorker === undefined) {
    return { nodeArguments: debugging, ignored: words.filter((word) => word !== '--') };
  }
  const end = words.indexOf('--'); // it is left only where an unknown option stands before it
  const own = [...(flags.languageWorker === true ? [] : flags.languageWorker), ...words.slice(end + 1)];
  const given = own.flatMap((word) => word.split(/\s+/).filter(Boolean));
  const isDebugged = given.some((argument) => argument.startsWith('--inspect'));
  return { nodeArguments: isDebugged ? given : [...debugging, ...given], ignored: words.slice(0, Math.max(end, 0)) };
}

/** One option of Node.js, or none; `--debug VSCode --nodeDebugPort 5858` is how the first Core Tools wrote it. */
function debugArguments({ inspect, inspectBrk, inspectWait, debug, nodeDebugPort }: StartFlags): readonly string[] {
  const forEditor = debug === true || debug?.toLowerCase() === 'vscode';
  const asked = [
    ['--inspect-brk', inspectBrk],
    ['--inspect-wait', inspectWait],
    ['--inspect', inspect ?? nodeDebugPort ?? (forEditor ? true : undefined)],
  ] as const;
  const [name, address] = asked.find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return [];
  return [address === true ? name : `${name}=${address}`];
}

function userLogLevelOption(): Option {
  const expected = `A level is one of ${USER_LOG_LEVELS.join(', ')}.`;
  return new Option('--user-log-level <level>', 'least level of the logs of functions that is shown')
    .env('FUNCTIONS_USER_LOG_LEVEL')
    .argParser((text) => {
      const level = USER_LOG_LEVELS.find((name) => name === text.toLowerCase());
      if (level !== undefined) return level;
      throw new InvalidArgumentError(expected);
    });
}

function managedIdentityOption(): Option {
  const description = 'give the app an identity with this role in Cosmos DB, which is then served over TLS';
  return new Option('--managed-identity [role]', description).choices(DATA_ROLES).preset('contributor');
}

const DEFAULT_TIMEOUT_S = 20;

function timeoutOption(): Option {
  return new Option('-t, --timeout <seconds>', 'how long the function app may take to load')
    .default(DEFAULT_TIMEOUT_S)
    .argParser((text) => {
      const seconds = Number(text);
      if (seconds > 0 && Number.isFinite(seconds)) return seconds;
      throw new InvalidArgumentError('A time is a number of seconds above 0.');
    });
}

function packageOption(): Option {
  const description =
    'zip of a function app: run as deployed, with keys, nothing from outside it but app settings (local.settings.json of this folder), no reload';
  return new Option('--package <file>', description).conflicts(['scriptRoot', 'prefix']);
}

function addressOption(): Option {
  return new Option('--address <address>', 'address to listen on (default: "127.0.0.1")').argParser((text) => {
    if (text !== '') return text;
    throw new InvalidArgumentError('An address is an IP address of this machine.');
  });
}

function allowedHostsOption(): Option {
  const description =
    'more names by which the servers are reached, separated by commas: lazurite,*.tunnel.example; * for all';
  return new Option('--allowed-hosts <names>', description).argParser((text) => {
    const allowedHosts = text.split(',').map((name) => name.trim());
    try {
      new Edge({ address: '', allowedHosts });
    } catch (error) {
      if (error instanceof AllowedHostError) throw new InvalidArgumentError(error.message);
      throw error;
    }
    return allowedHosts;
  });
}

const MAX_PORT = 65_535;

function storagePortOption(): Option {
  const description = 'port of blobs; queues and tables are on the next two (default: 10000 to 10002, or any)';
  return portOption('--storage-port <number>', description);
}

function portOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (port <= MAX_PORT) return port;
    throw new InvalidArgumentError(`A port is a number from 0 to ${MAX_PORT}.`);
  });
}
