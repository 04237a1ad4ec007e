import fc from 'fast-check';
import { OperationsError } from '../../shared/domain/errors.ts';
import { type EnumView, OPERATION_TYPES } from '../../shared/domain/teams-async-operation.ts';
import { parseFilter } from '../../shared/odata/filter/parse-filter.ts';
import { parseOrderBy } from '../../shared/odata/query-options/list-options.ts';
import { parseSearch } from '../../shared/odata/query-options/search.ts';
import { readSkipToken } from '../../shared/odata/query-options/skip-token.ts';
import { readPreferences, readQueryOptions } from '../../shared/odata/request-options.ts';
import { callGraph, graphDependencies } from '../support/call-handler.ts';
import { operationsPath } from '../support/create-operation-request.ts';

async function rejection(query: string): Promise<unknown> {
  const { status, body } = await callGraph({ path: `${operationsPath()}?${query}` }, graphDependencies());
  return { status, code: body.error?.code, message: body.error?.message.replace(PREFIX, '') };
}

const PREFIX = 'The query specified in the URI is not valid. ';

describe('a query option', () => {
  test.each([
    ['$foo=1', "The query parameter '$foo' is not supported."],
    ['$constructor=1', "The query parameter '$constructor' is not supported."],
    ['$=1', "The query parameter '$' is not supported."],
    [
      '$expand=a',
      "Query option 'Expand' is not allowed. To allow it, set the 'AllowedQueryOptions' property on EnableQueryAttribute or QueryValidationSettings.",
    ],
    ['$top=1&$top=1', "Query option '$top' was specified more than once, but it must be specified at most once."],
    ['$top=1&top=2', "Query option '$top' was specified more than once, but it must be specified at most once."],
    ['$filter=%ff', "'%ff' is not percent-encoded UTF-8."],
    [
      '$top=-1',
      "Invalid value '-1' for $top query option found. The $top query option requires a non-negative integer value.",
    ],
    [
      '$top=',
      "Invalid value '' for $top query option found. The $top query option requires a non-negative integer value.",
    ],
    [
      '$top=1.5',
      "Invalid value '1.5' for $top query option found. The $top query option requires a non-negative integer value.",
    ],
    ['$top=1000', "The limit of '999' for Top query has been exceeded. The value from the incoming request is '1000'."],
    [
      '$skip=9999999999',
      "Invalid value '9999999999' for $skip query option found. The $skip query option requires a non-negative integer value.",
    ],
    ['$count=yes', "Invalid value 'yes' for $count query option found. Valid values are 'true' and 'false'."],
    ['$select=a b', "The term 'a b' is not valid in a $select expression."],
    ['$select=error/colour', "The term 'error/colour' is not valid in a $select expression."],
    ['$select=status/code', "The term 'status/code' is not valid in a $select expression."],
    ['$select=error($select=code', "The term 'error($select=code' is not valid in a $select expression."],
    ['$select=error($expand=code)', "The term 'error($expand=code)' is not valid in a $select expression."],
    ['$select=id,', "The term '' is not valid in a $select expression."],
    ['$orderby=', "Syntax error in the $orderby expression ''."],
    ['$orderby=id down', "Syntax error in the $orderby expression 'id down'."],
    ['$orderby=values', "The property 'values' cannot be used in the $orderby query option."],
    ['$orderby=error', "The property 'error' cannot be used in the $orderby query option."],
    ['$orderby=status,status desc', "Duplicate property named 'status' is not supported in '$orderby'."],
    ['$search=', "Syntax error in the $search expression ''."],
    ['$search="a', "Syntax error in the $search expression '\"a'."],
    ['$search=(a', "Syntax error in the $search expression '(a'."],
    ['$search=AND', "Syntax error in the $search expression 'AND'."],
    ['$filter=', "Syntax error at position 0 in ''."],
    ['$filter=status', 'The $filter expression must evaluate to a single boolean value.'],
    ['$filter=status eq', "Syntax error at position 9 in 'status eq'."],
    ["$filter=status eq 'failed", "Unterminated string literal at position 10 in 'status eq 'failed'."],
    ["$filter=status eq 'done'", "The string 'done' is not a valid enumeration type constant."],
    [
      '$filter=status eq 4',
      "A binary operator with incompatible types was detected. Found operand types 'microsoft.graph.teamsAsyncOperationStatus' and 'Edm.Int32' for operator kind 'Equal'.",
    ],
    [
      "$filter=createdDateTime gt '2021-05-27T21:23:45Z'",
      "A binary operator with incompatible types was detected. Found operand types 'Edm.DateTimeOffset' and 'Edm.String' for operator kind 'GreaterThan'.",
    ],
    [
      '$filter=id eq 8b34886a-886a-8b34-6a88-348b6a88348b',
      "A binary operator with incompatible types was detected. Found operand types 'Edm.String' and 'Edm.Guid' for operator kind 'Equal'.",
    ],
    ['$filter=createdDateTime gt 2021-02-30', "Unrecognized literal '2021-02-30' at position 19."],
    ['$filter=attemptsCount eq 1e999', "Unrecognized literal '1e999' at position 17."],
    ["$filter=error/hint eq 'a'", "Could not find a property named 'hint' on type 'microsoft.graph.operationError'."],
    ["$filter=status/x eq 'a'", "The path 'status/x' leads into a property that is not complex."],
    ["$filter=now() eq 'a'", "Syntax error at position 4 in 'now() eq 'a''."],
    ['$filter=geo.length(id) eq 1', "An unknown function with name 'geo.length' was found."],
    [
      '$filter=year(id) eq 1',
      "No function signature for the function with name 'year' matches the specified arguments.",
    ],
    [
      '$filter=status add 1 eq 2',
      "An operator with incompatible types was detected. Found operand type 'microsoft.graph.teamsAsyncOperationStatus' for operator 'add'.",
    ],
    ['$filter=@a gt 1 and @a', 'The $filter expression must evaluate to a single boolean value.'],
    ['$filter=$it eq null', "Syntax error at position 4 in '$it eq null'."],
    ["$filter=constructor(id) eq 'a'", "An unknown function with name 'constructor' was found."],
    [
      '$filter=contains(id)',
      "No function signature for the function with name 'contains' matches the specified arguments.",
    ],
    [
      "$filter=contains(status,'a')",
      "No function signature for the function with name 'contains' matches the specified arguments.",
    ],
    ["$filter=id eq 'a' or", "Syntax error at position 12 in 'id eq 'a' or'."],
    ["$filter=id eq 'a') or (true", "Syntax error at position 9 in 'id eq 'a') or (true'."],
    ["$filter=id eq 'a'; DROP", "Syntax error at position 9 in 'id eq 'a'; DROP'."],
    ['$filter=id in ()', "Syntax error at position 7 in 'id in ()'."],
    ['$filter=c["chatId"] eq \'a\'', "Syntax error at position 1 in 'c[\"chatId\"] eq 'a''."],
    ["$filter=status has 'failed'", "Syntax error at position 7 in 'status has 'failed''."],
    ['$filter=not status', 'The $filter expression must evaluate to a single boolean value.'],
    [`$filter=${'('.repeat(100)}true${')'.repeat(100)}`, 'Recursion depth exceeded allowed limit.'],
    [`$filter=${'not '.repeat(100)}true`, 'Recursion depth exceeded allowed limit.'],
    [`$filter=true${' or true'.repeat(100)}`, "The node count limit of '100' has been exceeded."],
    [`$filter=true${' '.repeat(9_000)}and true`, 'The $filter exceeds 8192 characters.'],
    ['$skiptoken=abc', 'The $skiptoken is not valid for this request. Use the @odata.nextLink as it was answered.'],
  ])('?%s is rejected', async (query, message) => {
    expect(await rejection(query)).toEqual({ status: 400, code: 'BadRequest', message });
  });

  test('may do without $, be encoded, and be in any letter case', () => {
    const options = readQueryOptions('?%24Top=1&FILTER=a+eq%20%27%2B%27&$skipToken=x', ['top', 'filter', 'skiptoken']);
    expect(options).toEqual({ top: '1', filter: "a eq '+'", skiptoken: 'x' });
  });
});

describe('parseFilter()', () => {
  test('throws nothing but its own error, whatever it is given', () => {
    const piece = fc.constantFrom(
      ...[
        'status',
        'error',
        'code',
        'values',
        "'failed'",
        "'",
        '(',
        ')',
        ',',
        '/',
        ' ',
        'eq',
        'in',
        'not',
        'and',
        'or',
      ],
      ...[
        'contains',
        'null',
        'true',
        '1',
        '-1.5e3',
        '2021-05-27T21:23:45Z',
        '8b34886a-886a',
        '@p0',
        '"',
        '\\',
        '[',
        '--',
      ],
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(' ')),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (filter) => {
        for (const parse of [
          () => parseFilter(filter, 'asStored'),
          () => parseSearch(filter),
          () => parseOrderBy(filter),
        ])
          expectOwnError(parse);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each<[string, EnumView, readonly string[] | 400]>([
    ["eq 'unknownFutureValue'", 'masked', OPERATION_TYPES.slice(5)],
    ["ne 'unknownFutureValue'", 'masked', OPERATION_TYPES.slice(0, 5)],
    ["gt 'unknownFutureValue'", 'masked', OPERATION_TYPES.slice(6)],
    ["ge 'unknownFutureValue'", 'masked', OPERATION_TYPES.slice(5)],
    ["lt 'unknownFutureValue'", 'masked', OPERATION_TYPES.slice(0, 5)],
    ["le 'unknownFutureValue'", 'masked', OPERATION_TYPES],
    ["eq 'createChat'", 'masked', 400],
    ["gt 'createChat'", 'masked', 400],
    ["in ('createTeam','unknownFutureValue')", 'masked', OPERATION_TYPES.slice(4)],
    ["in ('createChat')", 'masked', 400],
    ["gt 'createTeam'", 'masked', OPERATION_TYPES.slice(5)],
    ["eq 'unknownFutureValue'", 'included', []],
    ["ne 'unknownFutureValue'", 'included', OPERATION_TYPES],
    ["gt 'unknownFutureValue'", 'included', OPERATION_TYPES.slice(6)],
    ["lt 'unknownFutureValue'", 'included', OPERATION_TYPES.slice(0, 5)],
    ["eq 'createChat'", 'included', ['createChat']],
    ["gt 'createChat'", 'included', OPERATION_TYPES.slice(9)],
    ["lt 'createChat'", 'included', OPERATION_TYPES.slice(0, 8)],
    ["eq 'unknownFutureValue'", 'asStored', ['unknownFutureValue']],
  ])('reads operationType %s, %s, as the guideline has it', (comparison, view, members) => {
    const parse = () => parseFilter(`operationType ${comparison}`, view);
    if (members === 400) return expect(parse).toThrow("requires the preference 'include-unknown-enum-members'");
    const condition = parse();
    const among = condition.kind === 'in' ? condition.among.map(({ value }) => value) : [];
    return expect(among).toEqual(members);
  });

  test('takes enums by their full name', () => {
    const qualified = parseFilter("status eq microsoft.graph.teamsAsyncOperationStatus'failed'", 'asStored');
    expect(qualified).toEqual(parseFilter("status eq 'failed'", 'asStored'));
  });
});

test('readSkipToken() throws nothing but its own error', () => {
  const scope = { key: new Uint8Array(32), binding: null };
  fc.assert(fc.property(fc.string(), (token) => expectOwnError(() => readSkipToken(token, scope))));
});

test.each([
  [null, {}],
  ['return=minimal', { returnMinimal: true }],
  ['RETURN="Minimal" ; foo="a,b"', { returnMinimal: true }],
  ['return=representation, return=minimal', { returnMinimal: false, returnRepresentation: true }],
  ['odata.maxpagesize=5', { maxPageSize: 5 }],
  ['foo="a, maxpagesize=9", maxpagesize=7', { maxPageSize: 7 }],
  ['x, Include-Unknown-Enum-Members', { includeUnknownEnumMembers: true }],
])('readPreferences() reads %s', (header, expected) => {
  expect(readPreferences(header)).toMatchObject(expected);
});

test.each(['odata.maxpagesize=0', 'maxpagesize=-1', 'maxpagesize', 'x'.repeat(5_000)])(
  'readPreferences() rejects %s',
  (header) => {
    expect(() => readPreferences(header)).toThrow(OperationsError);
  },
);

function expectOwnError(parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    expect(error).toBeInstanceOf(OperationsError);
  }
}
