import { Command, Option } from 'commander';
import type { DataFlags } from './accounts.ts';
import type { ConnectionStringsFlags } from './connection-strings.ts';
import type { ItemFlags, QueryFlags } from './items.ts';
import type { LogsDependencies, LogsFlags } from './logs.ts';
import type { ResetFlags } from './reset.ts';
import type { QueueFlags } from './storage.ts';
import type { ExportFlags, ImportFlags } from './transfer.ts';

const CONTEXT = '\nThe stack that runs in this folder is used; where none runs, the data that it has left.';

/** The commands that show and change what is stored. Their code is loaded when they are called. */
export function dataCommands(dependencies: LogsDependencies): readonly Command[] {
  return [
    queryCommand(dependencies),
    dataCommand(dependencies),
    exportCommand(dependencies),
    importCommand(dependencies),
    resetCommand(dependencies),
    queueCommand(dependencies),
    blobCommand(dependencies),
    connectionStringsCommand(dependencies),
    logsCommand(dependencies),
  ];
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--data-dir <folder>', 'data directory of the stack (default: ".lazurite")')
    .addHelpText('after', CONTEXT);
}

function ofContainer(name: string, description: string): Command {
  return command(name, description)
    .option('--db <database>', 'the database (default: the only one that fits)')
    .option('--container <container>', 'the container (default: the only one that fits)');
}

function jsonOption(): Option {
  return new Option('--json', 'write JSON, one object a line').default(false);
}

const partitionKeyOption = ['--partition-key <value>', 'value of the partition key: a text, or JSON'] as const;

function queryCommand(dependencies: LogsDependencies): Command {
  return ofContainer('query', 'Run a query on a container of Cosmos DB, and print what it gives and its request units')
    .argument('<sql>', 'for example "SELECT * FROM c WHERE c.total > 10"')
    .addOption(jsonOption())
    .action(async (sql: string, flags: QueryFlags) => (await import('./items.ts')).query(sql, flags, dependencies));
}

function dataCommand(dependencies: LogsDependencies): Command {
  const list = ofContainer('list', 'List the containers, or the items of the one that is named')
    .addOption(jsonOption())
    .action(async (flags: QueryFlags) => (await import('./items.ts')).listData(flags, dependencies));
  const show = ofContainer('show', 'Print an item')
    .argument('<id>')
    .option(...partitionKeyOption)
    .action(async (id: string, flags: ItemFlags) => (await import('./items.ts')).showItem(id, flags, dependencies));
  const put = ofContainer('put', 'Create or replace an item')
    .argument('[file]', 'a file with one JSON object (default: stdin)')
    .action(async (file: string | undefined, flags: ItemFlags) =>
      (await import('./items.ts')).putItem(file, flags, dependencies),
    );
  const remove = ofContainer('delete', 'Delete an item')
    .argument('<id>')
    .option(...partitionKeyOption)
    .action(async (id: string, flags: ItemFlags) => (await import('./items.ts')).deleteItem(id, flags, dependencies));
  return group('data', 'Show and change items of Cosmos DB', [list, show, put, remove]);
}

function exportCommand(dependencies: LogsDependencies): Command {
  return ofContainer('export', 'Write what Cosmos DB has stored as JSON lines: everything, or what is named')
    .option('--file <path>', 'where to write (default: stdout)')
    .action(async (flags: ExportFlags) => (await import('./transfer.ts')).exportData(flags, dependencies));
}

function importCommand(dependencies: LogsDependencies): Command {
  return command('import', 'Store the JSON lines of an export; items that are there are replaced')
    .option('--file <path>', 'what to read (default: stdin)')
    .action(async (flags: ImportFlags) => (await import('./transfer.ts')).importData(flags, dependencies));
}

function resetCommand(dependencies: LogsDependencies): Command {
  return command('reset', 'Delete all items, messages and blobs; keys stay')
    .option('--yes', 'do not ask', false)
    .action(async (flags: ResetFlags) => (await import('./reset.ts')).reset(flags, dependencies));
}

function queueCommand(dependencies: LogsDependencies): Command {
  const peek = command('peek', 'Print the first messages of a queue, which stay there; without a name, the queues')
    .argument('[queue]')
    .addOption(jsonOption())
    .action(async (name: string | undefined, flags: QueueFlags) =>
      (await import('./storage.ts')).peekQueue(name, flags, dependencies),
    );
  const send = command('send', 'Send a message, in base64 as functions expect it')
    .argument('<queue>')
    .argument('<text>')
    .option('--raw', 'send the text as it is', false)
    .action(async (name: string, text: string, flags: DataFlags & { readonly raw: boolean }) =>
      (await import('./storage.ts')).sendToQueue(name, text, flags, dependencies),
    );
  const clear = command('clear', 'Delete all messages of a queue')
    .argument('<queue>')
    .action(async (name: string, flags: DataFlags) =>
      (await import('./storage.ts')).clearQueue(name, flags, dependencies),
    );
  return group('queue', 'Show and change messages of queues', [peek, send, clear]);
}

function blobCommand(dependencies: LogsDependencies): Command {
  const list = command('list', 'List the blobs of a container; without a name, the containers')
    .argument('[container]')
    .addOption(jsonOption())
    .action(async (name: string | undefined, flags: QueueFlags) =>
      (await import('./storage.ts')).listBlobs(name, flags, dependencies),
    );
  const get = command('get', 'Write a blob to stdout')
    .argument('<path>', 'container/name')
    .action(async (path: string, flags: DataFlags) =>
      (await import('./storage.ts')).getBlob(path, flags, dependencies),
    );
  const put = command('put', 'Store a file as a blob')
    .argument('<path>', 'container/name')
    .argument('[file]', 'default: stdin')
    .action(async (path: string, file: string | undefined, flags: DataFlags) =>
      (await import('./storage.ts')).putBlob(path, file, flags, dependencies),
    );
  return group('blob', 'Show and change blobs', [list, get, put]);
}

function connectionStringsCommand(dependencies: LogsDependencies): Command {
  return new Command('connection-strings')
    .description('Print the connection strings and addresses of the stack that runs in this folder, to be copied')
    .option('--data-dir <folder>', 'data directory of the stack (default: ".lazurite")')
    .option('--json', 'write them as one JSON object', false)
    .action(async (flags: ConnectionStringsFlags) =>
      (await import('./connection-strings.ts')).connectionStrings(flags, dependencies),
    );
}

function logsCommand(dependencies: LogsDependencies): Command {
  return new Command('logs')
    .description('Print what the stack of this folder has logged since its start')
    .option('--data-dir <folder>', 'data directory of the stack (default: ".lazurite")')
    .option('-f, --follow', 'go on with what is logged, until Ctrl-C', false)
    .option('--json', 'print the events as they are kept, one JSON object a line', false)
    .option('--verbose', 'print more, as of start', false)
    .action(async (flags: LogsFlags) => (await import('./logs.ts')).logs(flags, dependencies));
}

function group(name: string, description: string, commands: readonly Command[]): Command {
  const parent = new Command(name).description(description);
  for (const one of commands) parent.addCommand(one);
  return parent;
}
