import { normalizeArguments } from './arguments.ts';

const syntax = {
  booleans: new Set(['--verbose', '--useHttps', '--cors-credentials', '--build', '--pause-on-error']),
  valued: new Set(['--port', '--cors', '--script-root', '--prefix', '--functions']),
};

test.each([
  ['an action in any case', 'START --port 1', 'start --port 1'],
  ['both words of an action in any case', 'Host Start --port 1', 'host start --port 1'],
  ['a global option before the action', '--verbose start --port 1', 'start --verbose --port 1'],
  ['a global option before two words', '--verbose host start', 'host start --verbose'],
  ['a global option with its value before the action', '--script-root App START', 'start --script-root App'],
  ['a global option joined to its value', '--prefix=App start', 'start --prefix=App'],
  [
    'several global options',
    '--pause-on-error --verbose true --prefix A start',
    'start --pause-on-error --verbose --prefix A',
  ],
  ['a global option before another action', '--verbose exec -- true', 'exec --verbose -- true'],
  ['true behind a boolean option', 'start --cors-credentials true --port 1', 'start --cors-credentials --port 1'],
  ['false behind a boolean option', 'start --useHttps False --port 1', 'start --port 1'],
  [
    'yes, no, on and off',
    'start --useHttps yes --build no --verbose ON --cors-credentials off',
    'start --useHttps --verbose',
  ],
  ['a boolean option joined to its value', 'start --useHttps=true --verbose:false', 'start --useHttps'],
  [
    'a value joined by a colon',
    'start --port:7071 --cors:https://a.example',
    'start --port=7071 --cors=https://a.example',
  ],
])('normalizeArguments() reads %s', (_, written, expected) => {
  expect(normalizeArguments(written.split(' '), syntax).join(' ')).toBe(expected);
});

test.each([
  ['the arguments of Node.js', 'start --language-worker -- --verbose true'],
  ['a command that exec runs', 'exec --verbose true --useHttps yes'],
  ['the name of a function', 'call Start --data TRUE'],
  ['the value of an option', 'start --port 1 --functions true'],
  ['a boolean option with another value', 'start --useHttps=maybe'],
  ['a word behind a boolean option', 'start --useHttps maybe'],
  ['an option that is not known', 'start --no-such:flag'],
  ['help', '--help'],
])('normalizeArguments() leaves %s as it is', (_, written) => {
  expect(normalizeArguments(written.split(' '), syntax).join(' ')).toBe(written);
});

test.each([[[]], [['--verbose']], [['--script-root']], [['host']]])('normalizeArguments() keeps all of %j', (args) => {
  expect(normalizeArguments(args, syntax)).toEqual(args);
});
