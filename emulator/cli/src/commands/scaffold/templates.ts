import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CommandError } from '../../errors.ts';
import type { Terminal } from '../../terminal.ts';

export interface ScaffoldDependencies {
  readonly terminal: Terminal;
  /** The folder of the templates, with a slash at its end. */
  readonly templates: URL;
  /** Of this package. */
  readonly version: string;
}

/** A kind of function for which there is a template. */
export interface FunctionTemplate {
  /** As `--trigger` names it; so are the files of the template. */
  readonly trigger: string;
  /** As Core Tools lists it, and `--template` names it. */
  readonly title: string;
  /** Other names that Core Tools has given it. */
  readonly aliases: readonly string[];
  /** The name of a function that was given none. */
  readonly defaultName: string;
}

export const FUNCTION_TEMPLATES: readonly FunctionTemplate[] = [
  { trigger: 'http', title: 'HTTP trigger', aliases: ['HttpTrigger'], defaultName: 'hello' },
  { trigger: 'timer', title: 'Timer trigger', aliases: ['TimerTrigger'], defaultName: 'onTimer' },
  {
    trigger: 'queue',
    title: 'Azure Queue Storage trigger',
    aliases: ['QueueTrigger', 'Queue trigger'],
    defaultName: 'onMessage',
  },
  {
    trigger: 'blob',
    title: 'Azure Blob Storage trigger',
    aliases: ['BlobTrigger', 'Blob trigger'],
    defaultName: 'onBlob',
  },
  {
    trigger: 'cosmos',
    title: 'Azure Cosmos DB trigger',
    aliases: ['CosmosDBTrigger', 'CosmosDB trigger'],
    defaultName: 'onItems',
  },
  { trigger: 'mcp', title: 'MCP tool trigger', aliases: ['McpToolTrigger', 'MCP Tool'], defaultName: 'greet' },
];

/** @throws CommandError for a name that no template has, which names those that there are */
export function findTemplate(name: string): FunctionTemplate {
  const wanted = name.toLowerCase();
  const found = FUNCTION_TEMPLATES.find(({ trigger, title, aliases }) =>
    [trigger, title, ...aliases].some((known) => known.toLowerCase() === wanted),
  );
  if (found) return found;
  const known = FUNCTION_TEMPLATES.map(({ trigger, title }) => `${trigger} ("${title}")`).join(', ');
  throw new CommandError('UnknownTemplate', `There is no template '${name}'. There are ${known}`);
}

/** The text of a template's file below `folder`, with its placeholders replaced. */
export async function readTemplate(
  folder: URL,
  file: string,
  values: Readonly<Record<string, string>>,
): Promise<string> {
  const text = await readFile(new URL(file, folder), 'utf8');
  return Object.entries(values).reduce((filled, [placeholder, value]) => filled.replaceAll(placeholder, value), text);
}

/** The app settings that functions of the template need, by name. */
export async function readTemplateSettings(
  folder: URL,
  { trigger }: FunctionTemplate,
): Promise<Readonly<Record<string, string>>> {
  const file = new URL(`functions/${trigger}.settings.json`, folder);
  return existsSync(file) ? JSON.parse(await readFile(file, 'utf8')) : {};
}
