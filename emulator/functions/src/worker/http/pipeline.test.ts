import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../../../..');

test('docs/architecture.md names the steps of handleRequest() in their order', () => {
  const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
  const section = page.split('### A request through the worker')[1]?.split('\n### ')[0] ?? '';
  const documented = [...section.matchAll(/^(\d)\. \*\*(\w+)/gm)].map(([, number, word]) => `${number}. ${word}`);
  const source = readFileSync(join(__dirname, 'pipeline.ts'), 'utf8');
  const body = source.split('async function handleRequest(')[1]?.split('\n}\n')[0] ?? '';
  const coded = [...body.matchAll(/(?<=\/\/ |\. )(\d)\. (\w+)/g)].map(([, number, word]) => `${number}. ${word}`);
  expect(documented).toHaveLength(9);
  expect(coded).toEqual(documented);
});
