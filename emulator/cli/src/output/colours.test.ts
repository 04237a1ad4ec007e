import { type ColourStream, showsColours } from './colours.ts';

const pipe: ColourStream = {};
const terminal: ColourStream = { isTTY: true, hasColors: () => true };
const plainTerminal: ColourStream = { isTTY: true, hasColors: () => false };

test.each<[string, ColourStream, NodeJS.ProcessEnv, boolean]>([
  ['a pipe', pipe, {}, false],
  ['a terminal', terminal, {}, true],
  ['a terminal that shows none', plainTerminal, {}, false],
  ['a pipe with FORCE_COLOR=1', pipe, { FORCE_COLOR: '1' }, true],
  ['a pipe with FORCE_COLOR=3', pipe, { FORCE_COLOR: '3' }, true],
  ['a pipe with FORCE_COLOR=true', pipe, { FORCE_COLOR: 'true' }, true],
  ['a pipe with an empty FORCE_COLOR', pipe, { FORCE_COLOR: '' }, true],
  ['a pipe with FORCE_COLOR and NO_COLOR', pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ['a terminal with FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
  ['a terminal with FORCE_COLOR=false', terminal, { FORCE_COLOR: 'false' }, false],
])('showsColours() for %s', (_, stream, env, expected) => {
  expect(showsColours(stream, env)).toBe(expected);
});
