import fc from 'fast-check';
import { compileRoute, loadRegexCompiler } from './route-table.ts';
import { RouteTemplateError } from './route-template.ts';

describe('compileRoute().match()', () => {
  test.each<[template: string, path: string, values: Record<string, string> | undefined]>([
    ['api/items', '/api/items', {}],
    ['api/items', '/API/Items/', {}],
    ['/api/items/', '/api/items', {}],
    ['api/items', '/api/items//', undefined],
    ['api/items', '/api//items', undefined],
    ['api/items', '/api/items/1', undefined],
    ['api/items', '/api', undefined],
    ['', '/', {}],
    ['', '/a', undefined],
    ['api/{id}', '/api/7', { id: '7' }],
    ['api/{id}', '/api', undefined],
    ['api/{id}', '/api/', undefined],
    ['api/{id?}', '/api', {}],
    ['api/{id?}', '/api/7/', { id: '7' }],
    ['api/{id=5}', '/api', { id: '5' }],
    ['api/{id:int=5}', '/api/x', undefined],
    ['api/{id:int?}', '/api', {}],
    ['api/{id:int:min(2)?}', '/api/1', undefined],
    ['api/{id:int:min(2)?}', '/api/2', { id: '2' }],
    ['{a}/{b=x}/{c?}', '/1', { a: '1', b: 'x' }],
    ['api/{*rest}', '/api/a/b/', { rest: 'a/b/' }],
    ['api/{**rest}', '/api', {}],
    ['api/{*rest=none}', '/api/', { rest: 'none' }],
    ['{*rest}', '/', {}],
    ['files/{file}.{ext}', '/files/a.b.c', { file: 'a.b', ext: 'c' }],
    ['files/{file}.{ext}', '/files/a', undefined],
    ['files/{file}.{ext}', '/files/.c', undefined],
    ['files/{file}.{ext?}', '/files/a', { file: 'a' }],
    ['files/{file}.{ext?}', '/files/a.', undefined],
    ['v{version}/x', '/V2/x', { version: '2' }],
    ['v{version}/x', '/v/x', undefined],
    ['items({id})', '/items(7)', { id: '7' }],
    ['items({id})', '/items()', undefined],
    ["chats('{id}')/{{x}}", "/chats('7')/{x}", { id: '7' }],
    ['api/{id}', '/api/a%20b', { id: 'a b' }],
    ['api/{id}', '/api/a%2Fb', { id: 'a%2Fb' }],
    ['api/{id}', '/api/%E2%82%AC%ff', { id: '%E2%82%AC%ff' }],
    ['api/{id}', '/api/%E2%82%AC', { id: '€' }],
    ['api/{id}', '/x/../api/./7', { id: '7' }],
    ['api/{id}', '/api/a+b', { id: 'a+b' }],
    ['api/{__proto__}', '/api/x', JSON.parse('{"__proto__":"x"}')],
  ])('%s against %s gives %j', (template, path, values) => {
    const matched = compileRoute(template).match(path);
    expect(matched && Object.entries(matched)).toEqual(values && Object.entries(values));
  });

  test.each<[constraint: string, accepted: string[], rejected: string[]]>([
    ['int', ['1', '-1', '+2147483647'], ['1.0', 'x', '2147483648', '1'.repeat(5_000)]],
    ['long', ['9223372036854775807', '-9223372036854775808'], ['9223372036854775808']],
    ['bool', ['true', 'FALSE'], ['1', 'yes']],
    ['datetime', ['2026-02-28', '2026-02-28T10:00:00Z', '2-28-2026', '7:32 PM'], ['2026-02-30', '5', '25:00', 'now']],
    ['decimal', ['1', '1.5', '-1,000.25', '5-'], ['1e3', 'x', '9'.repeat(30), ' '.repeat(20_000)]],
    ['double', ['1', '-1.5e3', 'NaN', '1e999'], ['x', '1e', '']],
    ['float', ['.5'], ['.']],
    ['guid', ['CD2C1638-1638-72D5-1638-DEADBEEF1638', '{cd2c1638-1638-72d5-1638-deadbeef1638}'], ['cd2c1638', '']],
    ['minlength(2)', ['ab'], ['a']],
    ['maxlength(2)', ['ab'], ['abc']],
    ['length(2)', ['ab'], ['a', 'abc']],
    ['length(1,2)', ['a', 'ab'], ['abc']],
    ['min(18)', ['18', '19'], ['17', 'x']],
    ['max(-1)', ['-1'], ['0']],
    ['range(18,120)', ['18', '120'], ['17', '121']],
    ['alpha', ['Ab'], ['a1', 'é']],
    ['required', ['x'], []],
    ['file', ['a.txt'], ['a', 'a.']],
    ['nonfile', ['a', 'a.'], ['a.txt']],
    [String.raw`regex(^\d{{3}}-\d{{2}}$)`, ['123-45'], ['123-456', 'x']],
    ['regex(a|B)', ['xbx'], ['c']],
    ['INT:Min(1)', ['1'], ['0']],
  ])('{x:%s} accepts %j and rejects %j', async (constraint, accepted, rejected) => {
    const route = compileRoute(`{x:${constraint}}`, await loadRegexCompiler());
    for (const value of accepted)
      expect([value, route.match(`/${encodeURIComponent(value)}`)?.x]).toEqual([value, value]);
    for (const value of rejected)
      expect([value, route.match(`/${encodeURIComponent(value)}`)]).toEqual([value, undefined]);
  });

  test('gives back any value that was percent-encoded into one segment, slashes still encoded', () => {
    const route = compileRoute('a/{value}/z');
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (value) => {
        fc.pre(value !== '.' && value !== '..');
        const seen = route.match(`/a/${encodeURIComponent(value)}/z`)?.value;
        expect(seen).toBe(value.replaceAll('/', '%2F'));
      }),
    );
  });

  test('takes linear time for a nested quantifier', async () => {
    const route = compileRoute('{x:regex(^(a+)+$)}', await loadRegexCompiler());
    expect(route.match(`/${'a'.repeat(5_000)}!`)).toBeUndefined();
  });
});

describe('compileRoute()', () => {
  test.each([
    ['{', "has no matching '}'"],
    ['a}', "a '}' has no matching '{'"],
    ['{a', "has no matching '}'"],
    ['{a{b}', "has no matching '}'"],
    ['{}', 'no valid parameter name'],
    ['{a/b}', 'no valid parameter name'],
    ['a//b', 'twice in a row'],
    ['~a', "'~'"],
    ['a?', "contains a '?'"],
    ['{a}{b}', 'separated by a literal'],
    ['{a}/{A}', 'more than once'],
    ['{*a}/b', 'must be the last segment'],
    ['x{*a}', 'must fill its segment'],
    ['{*a?}', 'cannot be optional'],
    ['{a=1?}', 'cannot have a default'],
    ['{a?}-b', "must follow a '.'"],
    ['{a:nope}', "the constraint 'nope' of 'a'"],
    ['{a:min(x)}', "the constraint 'min(x)' of 'a'"],
    ['{a:range(3,1)}', "the constraint 'range(3,1)' of 'a'"],
    ['{a:min(1}', 'no closing parenthesis'],
    ['{a:regex(()}', 'regular expression'],
    ['{a:regex((?=x))}', 'regular expression'],
  ])('rejects %s', async (template, problem) => {
    const compileRegex = await loadRegexCompiler();
    expect(() => compileRoute(template, compileRegex)).toThrow(RouteTemplateError);
    expect(() => compileRoute(template, compileRegex)).toThrow(problem);
  });
});
