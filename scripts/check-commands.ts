// Runs every command that the documents name, from a fresh clone, and fails where one does not do what the text says, where one has no
// row in check-commands/expectations.ts, where a row is of no command, and where one that needs Azure or Docker is not marked so
// (docs/recipes/name-a-command.md). `npm run check:commands -- [--outputFile FILE] [--list] [part of a command…]`
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { carryOut, type Outcome } from './check-commands/carry-out.ts';
import { documentsOf } from './check-commands/documents.ts';
import { EXPECTATIONS, serviceNeeded } from './check-commands/expectations.ts';
import { extractCommands } from './check-commands/extract.ts';
import { makeScratch } from './check-commands/scratch.ts';

const root = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { outputFile: { type: 'string' }, list: { type: 'boolean', default: false } },
});
const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const named = new Map<string, string>();
const faults: string[] = [];
const needy = new Set<string>();

for (const file of await documentsOf(root)) {
  const text = await readFile(join(root, file), 'utf8');
  for (const command of extractCommands(text, { scripts: Object.keys(scripts) })) {
    const place = `${file}:${command.line}`;
    if (values.list) print(`${place} ${command.text}`);
    const needed = serviceNeeded(command.text);
    if (needed !== undefined) {
      needy.add(command.text);
      if (!command.marks.includes(needed))
        faults.push(`${place} names \`${command.text}\` without "(needs ${needed})"`);
    } else if (!Object.hasOwn(EXPECTATIONS, command.text)) {
      faults.push(`${place} names \`${command.text}\`, which no check runs`);
    } else if (!named.has(command.text)) {
      named.set(command.text, place);
    }
  }
}
for (const command of Object.keys(EXPECTATIONS)) {
  if (!named.has(command)) faults.push(`The table has a row for \`${command}\`, which no document names`);
}
for (const fault of faults) print(`✗ ${fault}`);

const outcomes = values.list ? [] : await carryOutAll().catch(noClone);
for (const { command, fault } of outcomes) {
  if (fault !== undefined) faults.push(`${named.get(command)} names \`${command}\`: ${fault}`);
}
const count = needy.size + outcomes.length;
const ran = outcomes.filter(({ how }) => how !== 'exists' && how !== 'elsewhere').length;
if (values.outputFile !== undefined) await writeFile(values.outputFile, JSON.stringify(jestReport()));
if (faults.length > 0) print(`\n${faults.length} faults:\n${faults.map((fault) => `- ${fault}`).join('\n')}`);
print(`${count} commands: ${ran} run, ${count - ran} named only`);
process.exitCode = faults.length === 0 ? 0 : 1;

async function carryOutAll(): Promise<Outcome[]> {
  const asked = [...named.keys()].filter((command) => {
    return positionals.length === 0 || positionals.some((part) => command.includes(part));
  });
  const scratch = await makeScratch(root);
  try {
    return await carryOut(
      Object.keys(EXPECTATIONS).filter((command) => asked.includes(command)),
      {
        scratch,
        scripts,
        ci: existsSync(join(root, '.ci/run')) ? await readFile(join(root, '.ci/run'), 'utf8') : '',
        report: (outcome) => {
          const mark = outcome.fault === undefined ? '✓' : '✗';
          print(`${mark} ${outcome.command} (${outcome.how}, ${(outcome.milliseconds / 1_000).toFixed(1)} s)`);
          if (outcome.fault !== undefined) print(`    ${outcome.fault}`);
        },
      },
    );
  } finally {
    await scratch.remove();
  }
}

function noClone(error: unknown): Outcome[] {
  const { stderr, message } = error as { stderr?: string; message: string }; // an Error; of a command that failed, with its output
  faults.push(`No clone could be made ready: ${(stderr ?? message).split('\n').slice(0, 10).join('\n  ')}`);
  return [];
}

/** The counts, in the form of jest's report, which `.ci/run` adds up. */
function jestReport(): Record<string, unknown> {
  return {
    numPassedTests: Math.max(0, count - faults.length),
    numFailedTests: faults.length,
    numRuntimeErrorTestSuites: 0,
    success: faults.length === 0,
  };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
