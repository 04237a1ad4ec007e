import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

interface Parsed {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly nodeArguments: readonly string[];
  readonly ignored: readonly string[];
}

/** Parses command lines in a process of its own: jest cannot load the library that does it. */
function parseAll(lines: readonly string[]): readonly Parsed[] {
  const file = (name: string) => JSON.stringify(resolve(import.meta.dirname, name));
  const program = `
    import { Command } from 'commander';
    import { normalizeArguments } from ${file('../arguments.ts')};
    import { addStartOptions, readWords, syntaxOf } from ${file('start-command.ts')};
    const parse = (line) => {
      const command = addStartOptions(new Command('start'));
      const [, ...args] = normalizeArguments(['start', ...line.split(' ')], syntaxOf(command));
      command.parse(args, { from: 'user' });
      return { flags: command.opts(), ...readWords(command.opts(), command.args) };
    };
    process.stdout.write(JSON.stringify(${JSON.stringify(lines)}.map(parse)));`;
  const args = ['--conditions=lazurite-source', '--input-type=module', '--eval', program];
  const { FUNCTIONS_USER_LOG_LEVEL: _, ...env } = process.env;
  return JSON.parse(execFileSync(process.execPath, args, { cwd: import.meta.dirname, env, encoding: 'utf8' }));
}

const LANGUAGES = 'typescript javascript node csharp dotnet dotnet-isolated python java powershell custom'.split(' ');
const WITHOUT_EFFECT = [
  ...[...LANGUAGES, 'build', 'no-build', 'no-interactive', 'offline'].map((name) => `--${name}`),
  ...['--worker-runtime node', '--language typescript', '--runtime default', '--build true', '--no-interactive=true'],
];

const FLAGS: readonly [line: string, flags: object][] = [
  ...WITHOUT_EFFECT.map((line): [string, object] => [`${line} --port 1`, { port: 1 }]),
  ['--cors-credentials true', { corsCredentials: true }],
  ['--cors-credentials false', { corsCredentials: false }],
  ['--useHttps=true --port:7072', { useHttps: true, port: 7072 }],
  ['--user-log-level Debug', { userLogLevel: 'debug' }],
  ['--user-log-level INFORMATION', { userLogLevel: 'information' }],
];

const NODE_ARGUMENTS: readonly [line: string, nodeArguments: readonly string[]][] = [
  ['--inspect', ['--inspect']],
  ['--inspect=9230', ['--inspect=9230']],
  ['--inspect-brk', ['--inspect-brk']],
  ['--inspect-brk=127.0.0.1:0 --port 1', ['--inspect-brk=127.0.0.1:0']],
  ['--inspect-wait', ['--inspect-wait']],
  ['--debug VSCode', ['--inspect']],
  ['--debug vscode --nodeDebugPort 5858', ['--inspect=5858']],
  ['--debug VS', []],
  ['--nodeDebugPort 9229', ['--inspect=9229']],
  ['--language-worker -- --inspect=0', ['--inspect=0']],
  ['--debug VSCode --language-worker -- --inspect=0 --trace-warnings', ['--inspect=0', '--trace-warnings']],
  ['--inspect --language-worker -- --trace-warnings', ['--inspect', '--trace-warnings']],
];

const IGNORED: readonly [line: string, ignored: readonly string[], nodeArguments: readonly string[]][] = [
  ['--no-such-flag --port 1', ['--no-such-flag'], []],
  ['--prot 7071 --port 1', ['--prot', '7071'], []],
  ['word --port 1', ['word'], []],
  ['--no-such-flag --port 1 --language-worker -- --inspect=0', ['--no-such-flag'], ['--inspect=0']],
];

const lines = [...FLAGS, ...NODE_ARGUMENTS, ...IGNORED].map(([line]) => line);
const parsed = new Map<string, Parsed>();

beforeAll(() => {
  for (const [index, result] of parseAll(lines).entries()) parsed.set(lines[index] ?? '', result);
});

test.each(FLAGS)('start %s sets %j', (line, flags) => {
  expect(parsed.get(line)).toMatchObject({ flags, nodeArguments: [], ignored: [] });
});

test.each(NODE_ARGUMENTS)('start %s gives Node.js %j', (line, nodeArguments) => {
  expect(parsed.get(line)).toMatchObject({ nodeArguments, ignored: [] });
});

test.each(IGNORED)('start %s ignores %j, and gives Node.js %j', (line, ignored, nodeArguments) => {
  expect(parsed.get(line)).toMatchObject({ nodeArguments, ignored });
});
