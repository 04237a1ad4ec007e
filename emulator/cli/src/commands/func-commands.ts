import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { CommandError } from '../errors.ts';
import type { Terminal } from '../terminal.ts';
import type { PackFlags } from './pack.ts';
import type { InitFlags } from './scaffold/init.ts';
import type { NewFlags } from './scaffold/new.ts';
import type { ScaffoldDependencies } from './scaffold/templates.ts';

export interface FuncCommandsOptions {
  /** As which the command line was called. As `func`, the defaults are those of Core Tools. */
  readonly name: string;
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
  readonly version: string;
  /** The folder of this package, with a slash at its end. */
  readonly packageFolder: URL;
}

/** The Node.js names among those that `--worker-runtime` and `--language` take. */
const NODE_RUNTIMES = ['node', 'javascript', 'typescript'];
const OTHER_LANGUAGES = ['csharp', 'dotnet', 'dotnet-isolated', 'python', 'java', 'powershell', 'custom'];
/** What Core Tools alone does: it needs Azure, a cluster, or another tool. */
const HANDED_OVER = ['azure', 'azurecontainerapps', 'deploy', 'durable', 'kubernetes'];

/** The commands of Core Tools besides `start`; `lazurite` has them, too. As there, unknown options are no error. */
export function addFuncCommands(program: Command, options: FuncCommandsOptions): void {
  program.addCommand(initCommand(options));
  program.addCommand(newCommand(options));
  program.addCommand(packCommand(options));
  program.addCommand(settingsCommand(options));
  program.addCommand(templatesCommand(options), { hidden: true });
  for (const command of withoutEffectCommands(options)) program.addCommand(command, { hidden: true });
  for (const name of HANDED_OVER) program.addCommand(handedOverCommand(name, options), { hidden: true });
}

function initCommand(options: FuncCommandsOptions): Command {
  const isFunc = options.name === 'func';
  const defaultLanguage = isFunc ? 'javascript' : 'typescript';
  const command = lenient('init')
    .description('Create a function app that starts at once, with a function and a test')
    .argument('[folder]', 'where (default: this folder)')
    .option('--typescript', 'in TypeScript, which runs without a build', false)
    .option('--javascript', 'in JavaScript', false)
    .option('--language <language>', `the same: typescript or javascript (default: ${defaultLanguage})`)
    .option(
      '--trigger <trigger>',
      `of the function: http, timer, queue, blob, cosmos, mcp, or none`,
      isFunc ? 'none' : 'http',
    )
    .option('-n, --name <name>', 'of the function')
    .option('-f, --force', 'overwrite files that are there', false)
    .option('--docker', 'with a Dockerfile, for an image of the app in the host of Azure', false)
    .addOption(new Option('--docker-only', 'the Dockerfile alone, for an app that is there').default(false).hideHelp())
    .addOption(new Option('--worker-runtime <name>', 'node; others need Core Tools').hideHelp())
    .addOption(new Option('--model <version>', 'accepted, without effect').hideHelp());
  for (const language of OTHER_LANGUAGES) command.addOption(new Option(`--${language}`, 'needs Core Tools').hideHelp());
  return command.action(async (folder: string | undefined, flags: InitFlags & OtherRuntime) => {
    if (namesOtherRuntime(flags)) return handOver(options);
    const { init } = await import('./scaffold/init.ts');
    const runtime = flags.workerRuntime?.toLowerCase();
    const named = flags.language ?? (runtime === 'node' ? undefined : runtime);
    const language = named ?? (flags.typescript || flags.javascript ? undefined : defaultLanguage);
    await init(folder, { ...flags, ...(language !== undefined && { language }) }, scaffold(options));
  });
}

interface OtherRuntime {
  readonly workerRuntime?: string;
  readonly language?: string;
  readonly [flag: string]: unknown;
}

function namesOtherRuntime({ workerRuntime, language, ...flags }: OtherRuntime): boolean {
  const named = [workerRuntime, language].some((name) => name && !NODE_RUNTIMES.includes(name.toLowerCase()));
  return named || OTHER_LANGUAGES.some((name) => flags[name.replace(/-(\w)/, (_, letter) => letter.toUpperCase())]);
}

function newCommand(options: FuncCommandsOptions): Command {
  return lenient('new')
    .description('Add a function to the app of this folder; a file that is there is kept')
    .argument('[name]', 'of the function')
    .option('--trigger <trigger>', 'http, timer, queue, blob, cosmos or mcp')
    .option('-t, --template <title>', 'the same, as Core Tools names it: "HTTP trigger"')
    .option('-n, --name <name>', 'of the function')
    .option('-a, --authlevel <level>', 'who may call it: anonymous, function or admin', 'anonymous')
    .option('-f, --force', 'overwrite a file that is there', false)
    .option('--script-root <folder>', 'folder of the function app', '.')
    .addOption(new Option('-l, --language <language>', 'follows from the app').hideHelp())
    .action(async (name: string | undefined, flags: NewFlags) => {
      const { newFunction } = await import('./scaffold/new.ts');
      await newFunction(name, flags, scaffold(options)).catch(async (error: unknown) => {
        if (options.name !== 'func' || !isUnknownTemplate(error)) throw error;
        // Core Tools has more templates. Without it, the list of ours helps more than its name.
        await handOver(options).catch(() => Promise.reject(error));
      });
    });
}

function isUnknownTemplate(error: unknown): boolean {
  return error instanceof CommandError && error.code === 'UnknownTemplate';
}

function templatesCommand({ terminal }: FuncCommandsOptions): Command {
  const list = lenient('list').option('-l, --language <language>', 'of the templates');
  return new Command('templates').description('List the templates of functions').addCommand(
    list.action(async () => {
      const { FUNCTION_TEMPLATES } = await import('./scaffold/templates.ts');
      const titles = FUNCTION_TEMPLATES.map(({ title }) => `  ${title}\n`).join('');
      terminal.out(`JavaScript Templates:\n${titles}\nTypeScript Templates:\n${titles}`);
    }),
  );
}

function packCommand({ terminal }: FuncCommandsOptions): Command {
  return lenient('pack')
    .description('Pack the app into a zip, without what .funcignore names')
    .argument('[folder]', 'of the app (default: this folder)')
    .option('-o, --output <file>', 'of the zip (default: the name of the folder)')
    .option('-f, --force', 'overwrite a file that is there', false)
    .action(async (folder: string | undefined, flags: PackFlags) => {
      const { pack } = await import('./pack.ts');
      await pack(folder, flags, terminal);
    });
}

function settingsCommand(options: FuncCommandsOptions): Command {
  const { terminal } = options;
  const load = () => import('./local-settings.ts');
  const action = (name: string) => lenient(name).option('--script-root <folder>', 'folder of the function app', '.');
  return new Command('settings')
    .description('Show and change local.settings.json')
    .addCommand(
      action('list')
        .description('Print the names of the settings')
        .option('-a, --showValue', 'print the values, too', false)
        .action(async (flags) => (await load()).listSettings(flags, terminal)),
    )
    .addCommand(
      action('add')
        .description('Add a setting, or replace its value')
        .argument('<name>', 'of the setting')
        .argument('<value>', 'its value')
        .option('--connectionString', 'add it to the connection strings', false)
        .action(async (name, value, flags) => (await load()).addSetting(name, value, flags)),
    )
    .addCommand(
      action('delete')
        .description('Remove a setting')
        .argument('<name>', 'of the setting')
        .action(async (name, flags) => (await load()).deleteSetting(name, flags)),
    )
    .addCommand(
      action('decrypt')
        .description('Needs Core Tools where the file is encrypted')
        .action(async (flags) => {
          const { assertPlainSettings, isEncrypted } = await load();
          await ((await isEncrypted(flags)) ? handOver(options) : assertPlainSettings(flags, terminal));
        }),
    )
    .addCommand(
      action('encrypt')
        .description('Needs Core Tools')
        .action(() => handOver(options)),
    );
}

/** Every binding is there without extensions, so there is nothing to install. */
function withoutEffectCommands({ terminal }: FuncCommandsOptions): Command[] {
  return ['extensions', 'bundles'].map((name) =>
    lenient(name)
      .description('Nothing to do: bindings need no extensions here')
      .argument('[arguments...]', 'accepted, without effect')
      .action(() => terminal.out('Bindings need no extensions and no bundle here: there is nothing to do\n')),
  );
}

function handedOverCommand(name: string, options: FuncCommandsOptions): Command {
  return new Command(name)
    .description('Runs an installed Azure Functions Core Tools')
    .argument('[arguments...]', 'for Core Tools')
    .helpOption(false)
    .passThroughOptions()
    .allowUnknownOption()
    .action(() => handOver(options));
}

async function handOver({ process, packageFolder }: FuncCommandsOptions): Promise<void> {
  const core = await import('./core-tools.ts');
  const ownFolder = fileURLToPath(packageFolder);
  process.exitCode = await core.handOver(process.argv.slice(2), { env: process.env, ownFolder });
}

function scaffold({ terminal, packageFolder, version }: FuncCommandsOptions): ScaffoldDependencies {
  return { terminal, version, templates: new URL('templates/', packageFolder) };
}

function lenient(name: string): Command {
  return new Command(name).allowUnknownOption().allowExcessArguments();
}
