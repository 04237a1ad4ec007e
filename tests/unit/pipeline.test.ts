import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { callGraph, graphDependencies, WRITER } from '../support/call-handler.ts';
import { JSON_TYPE } from '../support/create-operation-request.ts';

const root = process.cwd();

/** What `graphPipeline()` calls, in its order; the envelope is around all of it. */
function stepsInCode(): string[] {
  const source = readFileSync(resolve(root, 'shared/graph-http/pipeline.ts'), 'utf8');
  const [, body = ''] = /export function graphPipeline.*?\n {2}(return .*?)\n\}\n/s.exec(source) ?? [];
  const steps = [
    'withGraphEnvelope',
    'readAddress',
    'authenticate',
    'authorize',
    'checkAddress',
    'readOptions',
    'handle',
  ];
  const code = body.replaceAll(/\/\/.*$/gm, '');
  const places = [...code.matchAll(/\b([a-zA-Z]+)\(/g)].map(([, name = '']) => name);
  return places.filter((name) => steps.includes(name));
}

/** What the architecture page says of it: the functions that its numbered steps begin with. */
function stepsInDocument(): string[] {
  const page = readFileSync(resolve(root, 'docs/architecture.md'), 'utf8');
  const [, section = ''] = /## The way of a request through the app\n(.*?)\n## /s.exec(page) ?? [];
  return [...section.matchAll(/^\d+\. \*\*[^*]+\*\* \(`(\w+)\(\)`\)/gm)].map(([, name = '']) => name);
}

test('docs/architecture.md has the steps of the pipeline in its order', () => {
  expect(stepsInCode()).toHaveLength(7);
  expect(stepsInDocument()).toEqual(stepsInCode());
});

describe('a request that is wrong in every way is rejected by the first step that can', () => {
  const nobody = { authenticate: () => Promise.reject(new Error('nobody')) };
  const reader = { authenticate: async () => ({ ...WRITER, permissions: [] }) };
  const writer = { authenticate: async () => WRITER };
  const LONG = 'x'.repeat(2_100);

  test.each([
    ['address', { method: 'PUT', path: `/chats/${LONG}/operations`, authenticator: nobody }, 405],
    ['authentication', { method: 'POST', path: `/chats/${LONG}/operations?$x=1`, authenticator: nobody }, 500],
    ['authorization', { method: 'POST', path: `/chats/${LONG}/operations?$x=1`, authenticator: reader }, 403],
    ['the id of the chat', { method: 'POST', path: `/chats/${LONG}/operations?$x=1`, authenticator: writer }, 400],
  ])('%s', async (_step, { authenticator, ...request }, status) => {
    const response = await callGraph(
      { ...request, headers: JSON_TYPE, body: '{' },
      graphDependencies({ authenticator }),
    );
    expect(response.status).toBe(status);
  });
});
