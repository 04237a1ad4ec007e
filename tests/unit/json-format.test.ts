import { readJsonFormat, toContentType } from '../../shared/odata/request-options.ts';

describe('readJsonFormat()', () => {
  test.each([
    [null, 'minimal'],
    ['', 'minimal'],
    ['*/*', 'minimal'],
    ['application/json', 'minimal'],
    ['application/json;odata.metadata=full', 'full'],
    ['application/json; odata.metadata=none', 'none'],
    ['Application/JSON;OData.Metadata=NONE', 'none'],
    ['application/json;metadata=full', 'full'],
    ['application/json;odata.metadata="full"', 'full'],
    ['text/html, application/json;odata.metadata=full;q=0.9, */*;q=0.1', 'full'],
    ['application/json;odata.metadata=full;q=0.5, application/json;odata.metadata=none', 'none'],
    ['application/json;odata.metadata=full;q=0', 'minimal'],
    ['application/json;odata.metadata=verbose', 'minimal'],
    ['application/json;odata.metadata=verbose, application/json;odata.metadata=full;q=0.1', 'full'],
    ['application/atom+xml', 'minimal'],
    [';;;,,,=;q=', 'minimal'],
  ])('reads of the Accept header %j the level %s', (accept, level) => {
    expect(readJsonFormat(accept, undefined).metadata).toBe(level);
  });

  test.each([
    ['json', 'minimal'],
    ['JSON', 'minimal'],
    ['application/json', 'minimal'],
    ['application/json;odata.metadata=full', 'full'],
  ])('lets $format=%s win over the header', (format, level) => {
    expect(readJsonFormat('application/json;odata.metadata=none', format).metadata).toBe(level);
  });

  test.each(['xml', 'atom', '', 'application/atom+xml', 'application/json;odata.metadata=verbose', 'json;x', '*/*'])(
    'rejects $format=%s',
    (format) => {
      expect(() => readJsonFormat(null, format)).toThrow(`Invalid value '${format}' for $format query option found.`);
    },
  );
});

test('toContentType() names all parameters, those that were asked for as they were', () => {
  const format = readJsonFormat(
    'application/json;odata.metadata=none;odata.streaming=false;IEEE754Compatible=true',
    undefined,
  );
  expect(toContentType(format)).toBe(
    'application/json;odata.metadata=none;odata.streaming=false;IEEE754Compatible=true;charset=utf-8',
  );
});
