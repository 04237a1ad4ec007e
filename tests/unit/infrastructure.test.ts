import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { ALL_SETTINGS, appModel } from '../../scripts/infra/app-model.ts';
import { ROUTES } from '../../shared/graph-http/routes.ts';
import { type BicepFile, createBicepReader, keysOf, propertyOf } from '../support/bicep.ts';

// No Bicep compiler is a package of npm: what can be seen in the text is checked here (docs/decisions/infrastructure.md).
const root = resolve(import.meta.dirname, '../..');
const paths = globSync('infra/**/*.bicep', { cwd: root }).map((path) => resolve(root, path));
const names = paths.map((path) => [relative(root, path).replaceAll('\\', '/')]);
const model = appModel();

/** Of https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions, those used. */
const FUNCTIONS = [
  ...['allowed', 'batchSize', 'description', 'maxLength', 'maxValue', 'minLength', 'minValue'],
  ...['bool', 'concat', 'empty', 'environment', 'filter', 'guid', 'int', 'join', 'json', 'length', 'loadJsonContent'],
  ...['map', 'range', 'readEnvironmentVariable', 'subscription', 'subscriptionResourceId', 'tenant', 'toLower'],
  ...['newGuid', 'secure', 'toObject', 'union', 'uniqueString'],
];

let read: (path: string) => BicepFile;
beforeAll(async () => {
  read = await createBicepReader();
});

describe.each(names)('%s', (name) => {
  const path = resolve(root, name);

  test('follows the grammar of Bicep', () => {
    expect(read(path).errors).toEqual([]);
  });

  test('uses only names that are declared, and all parameters and variables it declares', () => {
    const { params, variables, modules, resources, locals, uses, calls } = read(path);
    const own = [...params, ...variables].map((item) => item.name);
    const declared = [...own, ...locals, ...[...modules, ...resources].map((item) => item.name)];
    expect(uses.filter((use) => !declared.includes(use))).toEqual([]);
    expect(own.filter((item) => !uses.includes(item))).toEqual([]);
    expect(calls.filter((call) => !FUNCTIONS.includes(call))).toEqual([]);
  });

  test('gives its modules the parameters they have, and uses the outputs they have', () => {
    const { modules, usedOutputs } = read(path);
    for (const module of modules) {
      const target = read(resolve(dirname(path), module.path));
      const required = target.params.filter((param) => param.required).map((param) => param.name);
      expect(module.params).toEqual(expect.arrayContaining(required));
      expect(target.params.map((param) => param.name)).toEqual(expect.arrayContaining([...module.params]));
      const used = usedOutputs.filter((use) => use.module === module.name).map((use) => use.output);
      expect(target.outputs).toEqual(expect.arrayContaining(used));
    }
    expect(modules.map((module) => module.name)).toEqual(expect.arrayContaining(usedOutputs.map((use) => use.module)));
  });

  test('reads only what app-model.json has', () => {
    const { strings, members } = read(path);
    const files = strings.filter((text) => text.endsWith('.json')).map((file) => resolve(dirname(path), file));
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
    const used = members.filter(({ object }) => object === 'model').map(({ property }) => property);
    expect(Object.keys(model)).toEqual(expect.arrayContaining(used));
  });

  test('asks for no key, password or connection string', () => {
    const source = readFileSync(path, 'utf8');
    expect(source).not.toMatch(/list(?:Keys|ConnectionStrings|Secrets|AccountSas)|AccountKey|SharedAccessSignature/i);
  });
});

test('every module is used', () => {
  const used = paths.flatMap((path) => read(path).modules.map((module) => resolve(dirname(path), module.path)));
  expect([...new Set(used), resolve(root, 'infra/main.bicep')].sort()).toEqual([...paths].sort());
});

test('infra/main.bicepparam gives every parameter of infra/main.bicep and no other, save the secret', () => {
  const given = read(resolve(root, 'infra/main.bicepparam'));
  expect(given.errors).toEqual([]);
  expect(given.calls.filter((call) => !FUNCTIONS.includes(call))).toEqual([]);
  const params = read(resolve(root, 'infra/main.bicep')).params.filter(({ name }) => name !== 'secretSeed');
  expect(given.variables.map(({ name }) => name).sort()).toEqual(params.map(({ name }) => name).sort());
});

test('the function app is given exactly the settings that the code names', () => {
  const { variables, members } = read(modulePath('function-app'));
  const { required, defaults, generated } = model.settings;
  expect(keysOf(variables.find(({ name }) => name === 'requiredSettings')?.value ?? null).sort()).toEqual(
    // This one has a default that no deployment can use.
    [...required, 'AUTH_AUDIENCE'].sort(),
  );
  const given = property('function-app', 'settings', 'properties')?.text;
  expect(given).toBe('union(model.settings.defaults, appSettings, generatedSettings, requiredSettings)');
  expect(members.filter(({ property: name }) => name === 'settings')).toHaveLength(2);
  expect([...required, ...Object.keys(defaults), ...generated].sort()).toEqual(
    Object.keys(ALL_SETTINGS)
      .filter((name) => ['cloud', 'everywhere'].includes(ALL_SETTINGS[name]?.provider ?? ''))
      .sort(),
  );
});

test.each([
  ['containers', 'cosmos'],
  ['queues', 'storage'],
] as const)('all %s that the code names are made, and no other', (kind, module) => {
  const { resources, members } = read(modulePath(module));
  const type = { containers: '/sqlDatabases/containers@', queues: '/queues@' }[kind];
  const made = resources.filter((resource) => resource.type.includes(type));
  expect(made).toHaveLength(1);
  expect(made[0]?.body.parent?.text).toContain(`in model.${kind}:`);
  expect(members.filter(({ property: name }) => name === kind)).toHaveLength(1);
});

test('all roles that the code names are given, and no other', () => {
  const given = paths.flatMap((path) => {
    const { resources } = read(path);
    return resources
      .filter(({ type }) => /(?:sqlR|r)oleAssignments@/.test(type))
      .map(({ body }) => /in filter\(model\.roles, r => r\.scope == '(\w+)'\):/.exec(body.parent?.text ?? '')?.[1]);
  });
  expect(given.sort()).toEqual([...new Set(model.roles.map((role) => role.scope))].sort());
});

test.each([
  ['cosmos', 'account', 'disableLocalAuth', 'true'],
  ['cosmos', 'account', 'disableKeyBasedMetadataWriteAccess', 'true'],
  ['storage', 'account', 'allowSharedKeyAccess', 'false'],
  ['storage', 'account', 'allowBlobPublicAccess', 'false'],
  ['monitoring', 'insights', 'DisableLocalAuth', 'true'],
  ['function-app', 'app', 'httpsOnly', 'true'],
])('%s: the %s has %s %s', (module, resource, key, value) => {
  expect(propertyOf(property(module, resource, 'properties'), key)?.text).toBe(value);
});

describe('azure.yaml', () => {
  const azure = parse(readFileSync(resolve(root, 'azure.yaml'), 'utf8'));

  test('names the service that an app is tagged with', () => {
    const { strings } = read(resolve(root, 'infra/main.bicep'));
    expect(strings).toEqual(expect.arrayContaining(Object.keys(azure.services)));
  });

  test('names the template and outputs that are there', () => {
    expect(existsSync(resolve(root, azure.infra.path, `${azure.infra.module}.bicep`))).toBe(true);
    const { outputs } = read(resolve(root, 'infra/main.bicep'));
    for (const { run } of Object.values<{ run: string }>(azure.hooks.postdeploy))
      expect(run).toMatch(new RegExp(`\\$(?:env:)?(?:${outputs.join('|')})\\b`));
  });
});

test('what is asked whether a region serves is a route of the app', () => {
  const { strings } = read(resolve(root, 'infra/main.bicep'));
  expect(strings).toContain(`/beta/${ROUTES.Health.path}`);
});

test('alerts are about metrics that the app records', () => {
  const meters = readFileSync(resolve(root, 'shared/telemetry/span-dependencies.ts'), 'utf8');
  const queries = read(modulePath('alerts')).strings.filter((text) => text.startsWith('AppMetrics'));
  const metrics = queries.map((query) => /Name == "([^"]+)"/.exec(query)?.[1] ?? query);
  expect(metrics.length).toBeGreaterThan(0);
  expect(metrics.filter((metric) => !meters.includes(`'${metric}'`))).toEqual([]);
});

test('host.json asks for the extensions that all triggers but HTTP and timers need', () => {
  const { extensionBundle } = JSON.parse(readFileSync(resolve(root, 'host.json'), 'utf8'));
  expect(extensionBundle).toEqual({ id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[4.*, 5.0.0)' });
});

function property(module: string, resource: string, key: string) {
  const found = read(modulePath(module)).resources.find(({ name }) => name === resource);
  return propertyOf(found?.body ?? null, key);
}

function modulePath(name: string): string {
  return resolve(root, 'infra/modules', `${name}.bicep`);
}
