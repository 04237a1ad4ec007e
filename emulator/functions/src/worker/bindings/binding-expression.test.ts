import { seededRandomness, VirtualClock } from '@lazurite/runtime';
import fc from 'fast-check';
import { httpBindingData, triggerBindingData } from './binding-data.ts';
import { type BindingData, compileBindingTemplate, resolveSettings } from './binding-expression.ts';

function bind(text: string, data: BindingData = {}): string {
  const clock = new VirtualClock(Date.UTC(2026, 1, 3, 4, 5, 6, 7));
  return compileBindingTemplate(text).bind({ data, functionName: 'fn', clock, random: seededRandomness(1) });
}

describe('resolveSettings()', () => {
  test.each([
    ['plain', 'plain'],
    ['%A%', '1'],
    ['x-%A%-%B:C%', 'x-1-2'],
  ])('resolves %s', (text, expected) => {
    expect(resolveSettings(text, { A: '1', B__C: '2' })).toBe(expected);
  });

  test('names a setting that is missing', () => {
    expect(() => resolveSettings('%X%', {})).toThrow("'%X%' does not resolve to a value.");
  });

  test('rejects a percent sign without partner', () => {
    expect(() => resolveSettings('5%', {})).toThrow("The '%' at position 1 does not have a closing '%'");
  });
});

describe('compileBindingTemplate()', () => {
  test.each<[string, BindingData, string]>([
    ['container/{name}.{ext}', { name: 'a', ext: 'txt' }, 'container/a.txt'],
    ['{Id}', { id: 7 }, '7'],
    ['{a.b.c}', { a: { B: { c: true } } }, 'true'],
    ['{a.b}', { 'a.b': 'x', a: { b: 'y' } }, 'x'],
    ['{a}', { a: { b: [1] } }, '{"b":[1]}'],
    ['{{a}} {a}', { a: 1 }, '{a} 1'],
    [
      '{Query.x}/{Headers.y}',
      httpBindingData({ body: {}, query: { x: '1' }, headers: { y: '2' }, routeValues: {} }),
      '1/2',
    ],
    ['{sys.methodname}', {}, 'fn'],
    ['{DateTime}', {}, '2026-02-03T04-05-06Z'],
    ['{sys.utcnow}', {}, '2026-02-03T04-05-06Z'],
    ['{datetime:yyyy-MM-dd}', {}, '2026-02-03'],
    ["{datetime:ddd d MMM yy h:m:s.fff tt 'at'}", {}, 'Tue 3 Feb 26 4:5:6.007 AM at'],
    ['{datetime}', { datetime: 'own' }, 'own'],
  ])('%s with %j gives %s', (text, data, expected) => {
    expect(bind(text, data)).toBe(expected);
  });

  test('gives random ids in the formats of .NET', () => {
    expect(bind('{rand-guid}')).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(bind('{rand-guid:N}')).toMatch(/^[\da-f]{32}$/);
    expect(bind('{sys.randguid:B}')).toMatch(/^\{.{36}\}$/);
  });

  test.each([{}, { a: {} }, { a: null }])('names a value that is missing from %j', (data) => {
    expect(() => bind('{a.b}', data)).toThrow("No value for named parameter 'a.b'.");
  });

  test('does not see what every object inherits', () => {
    expect(() => bind('{constructor}')).toThrow("No value for named parameter 'constructor'.");
    expect(() => bind('{toString.name}')).toThrow('No value');
  });

  test.each(['{a', 'a}', '{}', '{ }', '{a{b}}'])('rejects %s', (text) => {
    expect(() => compileBindingTemplate(text)).toThrow();
  });

  test('gives back any text whose braces are doubled', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(bind(text.replaceAll('{', '{{').replaceAll('}', '}}'))).toBe(text);
      }),
    );
  });
});

test('httpBindingData() lets route values win over the query and the query over the body, and hides the key', () => {
  const data = httpBindingData({
    body: { a: 'body', b: 'body', c: 'body' },
    query: { a: 'query', b: 'query', code: 'secret' },
    headers: {},
    routeValues: { a: 'route' },
  });
  expect(data).toMatchObject({ a: 'route', b: 'query', c: 'body' });
  expect(data.code).toBeUndefined();
});

test('triggerBindingData() adds the properties of a JSON object and nothing of other payloads', () => {
  expect(triggerBindingData('{"id":1,"x":2}', { id: 'meta' })).toEqual({ id: 'meta', x: 2 });
  for (const payload of ['[1]', '{broken', 'text', '7', undefined]) {
    expect(triggerBindingData(payload, { m: 1 })).toEqual({ m: 1 });
  }
});
