import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../../..');

describe('docs/architecture.md', () => {
  it('names the steps of handleRequest() in their order', () => {
    const document = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    const section = document.split('### The steps of the Cosmos server')[1]?.split('\n## ')[0] ?? '';
    const steps = [...section.matchAll(/^\d+\. `(\w+)`/gm)].map(([, step]) => step);
    const source = readFileSync(join(__dirname, 'pipeline.ts'), 'utf8');
    const body = source.split('async function handleRequest(')[1]?.split('\n}\n')[0] ?? '';
    const called = [...body.matchAll(/\b(\w+)\(/g)].map(([, name]) => name);
    expect(steps).toHaveLength(10);
    expect(called.filter((name) => steps.includes(name))).toEqual(steps);
  });
});
