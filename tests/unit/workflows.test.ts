import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { parse } from 'yaml';
import { ALL_SETTINGS } from '../../scripts/infra/app-model.ts';

const root = resolve(import.meta.dirname, '../..');
const scripts: Readonly<Record<string, string>> = JSON.parse(read('package.json')).scripts;

describe.each(['ci', 'release'])('.github/workflows/%s.yml', (name) => {
  const path = `.github/workflows/${name}.yml`;
  const content = read(path);

  test("is a workflow by GitHub's own parser", async () => {
    const { context, value } = parseWorkflow({ name: path, content }, new NoOperationTraceWriter());
    expect(context.errors.getErrors().map(({ message }) => message)).toEqual([]);
    if (!value) throw new TypeError('A workflow without errors has a value');
    const { errors, jobs } = await convertWorkflowTemplate(context, value);
    expect(errors ?? []).toEqual([]);
    expect(jobs.length).toBeGreaterThan(0);
  });

  test('runs scripts that are there', () => {
    const commands = [...content.matchAll(/^\s+- run: npm (?:run )?([\w:-]+)/gm)].map(([, command = '']) => command);
    const named = commands.filter((command) => !['ci', 'install', 'pkg', 'publish'].includes(command));
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  test("names every action's major version, and asks to write nothing but the statement of origin", () => {
    const steps = Object.values<{ steps: { uses?: string }[] }>(parse(content).jobs).flatMap((job) => job.steps);
    const actions = steps.flatMap(({ uses }) => uses ?? []);
    expect(actions.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action))).toEqual([]);
    const written = [...content.matchAll(/^\s+([\w-]+): write$/gm)].map(([, permission]) => permission);
    expect(written).toEqual(name === 'release' ? ['id-token'] : []);
  });
});

describe('infra/container/compose.yaml', () => {
  const { services } = parse(read('infra/container/compose.yaml'));

  test('sets only what the table of settings has', () => {
    const names = Object.keys(services.app.environment).filter((name) => name !== 'AzureWebJobsStorage');
    expect(names.filter((name) => !(name in ALL_SETTINGS))).toEqual([]);
  });

  test('starts what the app depends on, and builds what is there', () => {
    expect(Object.keys(services)).toEqual(expect.arrayContaining(services.app.depends_on));
    const { context, dockerfile } = services.app.build;
    const repository = resolve(root, 'infra/container', context);
    expect(repository).toBe(root);
    expect(existsSync(resolve(repository, dockerfile))).toBe(true);
  });
});

test('.devcontainer/devcontainer.json is JSON with comments', () => {
  const text = read('.devcontainer/devcontainer.json').replace(/^\s*\/\/.*$/gm, '');
  expect(JSON.parse(text)).toMatchObject({ postCreateCommand: 'npm ci' });
});

function read(path: string): string {
  return readFileSync(resolve(root, path), 'utf8');
}
