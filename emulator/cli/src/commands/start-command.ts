import type { DataRole } from '@lazurite/cosmos';
import { AllowedHostError, Edge } from '@lazurite/http';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandError } from '../errors.ts';
import { DEFAULT_DATA_DIR } from '../run-file.ts';

/** The flags of `start`, as the command line gives them; absent: not given. */
export interface StartFlags {
  readonly port?: number;
  readonly cosmosPort?: number;
  readonly issuerPort?: number;
  readonly managedIdentity?: DataRole;
  readonly address?: string;
  readonly dataDir: string;
  readonly inMemory: boolean;
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
  readonly userLogLevel?: string;
  readonly json: boolean;
  readonly enableJsonOutput: boolean;
  readonly jsonOutputFile?: string;
  readonly verbose: boolean;
}

const DATA_ROLES: readonly DataRole[] = ['contributor', 'reader'];
export const USER_LOG_LEVELS = ['trace', 'debug', 'information', 'warning', 'error', 'critical', 'none'] as const;

/** Flags of `func start` that mean something to .NET apps, or to an installation that downloads things; here, nothing. */
const WITHOUT_EFFECT = ['--no-build', '--dotnet-isolated-debug', '--offline'];

/** Concerns what happens after the command: `run` looks for it. */
export const PAUSE_ON_ERROR = '--pause-on-error';

/** The flags of `func start` (azure-functions-core-tools `StartHostAction.cs`), then those of our own. */
export function addStartOptions(command: Command): Command {
  const withFuncFlags = command
    .argument('[arguments...]', 'with --language-worker, after --: options of Node.js for the function app')
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
    .addOption(
      new Option('--user-log-level <level>', 'least level of the logs of functions that is shown')
        .choices(USER_LOG_LEVELS)
        .env('FUNCTIONS_USER_LOG_LEVEL'),
    )
    .option('--enable-json-output', 'the same as --json', false)
    .option('--json-output-file <file>', 'write the events of --json to a file, too')
    .option('--script-root <folder>', 'folder of the function app', '.')
    .option('--prefix <folder>', 'the same as --script-root')
    .option('--verbose', 'log more', false);
  for (const flag of WITHOUT_EFFECT) withFuncFlags.addOption(new Option(flag, 'accepted, without effect').hideHelp());
  withFuncFlags.addOption(new Option('--runtime <name>', 'accepted, without effect').hideHelp());
  return withFuncFlags
    .addOption(packageOption())
    .option('--settings <file>', 'app settings, in the form of local.settings.json, which is not read then')
    .addOption(portOption('--cosmos-port <number>', 'port of the Cosmos DB-compatible server (default: 8081, or any)'))
    .addOption(portOption('--issuer-port <number>', 'port of the token issuer (default: 7072, or any)'))
    .addOption(managedIdentityOption())
    .addOption(allowedHostsOption())
    .option('--data-dir <folder>', 'where data outlives a restart', DEFAULT_DATA_DIR)
    .option('--in-memory', 'keep no data', false)
    .option('--json', 'write events to stdout, one JSON object a line', false);
}

/** What follows `--language-worker`. @throws CommandError for words that belong to no flag */
export function nodeArgumentsOf(
  flags: Pick<StartFlags, 'languageWorker'>,
  words: readonly string[],
): readonly string[] {
  if (flags.languageWorker === undefined) {
    if (words.length === 0) return [];
    throw new CommandError('UnexpectedArgument', `'${words.join(' ')}' is an argument that start does not take`);
  }
  const given = flags.languageWorker === true ? [] : flags.languageWorker;
  return [...given, ...words].flatMap((word) => word.split(/\s+/).filter(Boolean));
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

function portOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((text) => {
    const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
    if (port <= MAX_PORT) return port;
    throw new InvalidArgumentError(`A port is a number from 0 to ${MAX_PORT}.`);
  });
}
