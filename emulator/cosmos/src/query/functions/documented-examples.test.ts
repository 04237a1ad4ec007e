import type { JsonValue } from '../../model/json.ts';
import { runQuery } from '../../testing/run-query.ts';

// Values of the examples in the query reference whose result is easily guessed wrong; the other tests have those of the rest.
test.each<[expression: string, result: JsonValue | undefined]>([
  ['NUMBERBIN(37.752, -100)', 100],
  ['NUMBERBIN(37.752, 0.1)', 37.7],
  ['NUMBERBIN(37.752, 0)', undefined],
  ['CHOOSE(0, "abc", 1)', undefined],
  ['CHOOSE(2, "abc", 1)', 1],
  ['INTDIV(10, -2)', -5],
  ['INTDIV(10, 0)', undefined],
  ['INTDIV(10, 0.1)', undefined],
  ['INTMOD(-12, -5)', -2],
  ['INTMOD(12, 0.2)', undefined],
  ['ROUND(2.5)', 3],
  ['ROUND(-2.6)', -3],
  ['DATETIMEBIN("2021-01-08T18:35:00.0000000", "dd", 7)', '2021-01-07T00:00:00.0000000Z'],
  [
    'DATETIMEBIN("2021-01-08T18:35:00.0000000", "dd", 7, "1601-01-01T00:00:00.0000000")',
    '2021-01-04T00:00:00.0000000Z',
  ],
  ['DATETIMEDIFF("diffDays", "2019-02-04T16:00:00.0000000", "2018-03-05T05:00:00.0000000")', undefined],
  ['DATETIMEDIFF("mm", "2019-02-04T16:00:00.0000000", "2018-03-05T05:00:00.0000000")', -11],
  ['IS_INTEGER(9223372036854775807)', true],
  ['IS_INTEGER(18446744073709551615)', false],
  ['IS_FINITE_NUMBER(8.9 / 0.0)', false],
  ['REGEXMATCH("abcd", "aB c", "ix")', true],
  ['ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], -2, 1)', [90]],
  ['ARRAY_SLICE([70, 86, 92, 99, 85, 90, 82], 0, 12)', [70, 86, 92, 99, 85, 90, 82]],
  ['ARRAY_CONTAINS([{ color: "blue", size: 1 }], { color: "blue" })', false],
  ['ARRAY_CONTAINS([{ color: "blue", size: 1 }], { color: "blue" }, true)', true],
  ['OBJECTTOARRAY({ "a": "1" }, "name")', [{ name: 'a', v: '1' }]],
  ['SUBSTRING("AdventureWorks", 0, -1)', ''],
  ['INDEX_OF("AdventureWorks", "Adventure", 5)', -1],
  ['IIF("ABC", 123, 456)', 456],
  ['LOG(2, 10)', 0.3010299956639812],
])('%s is %j, as documented', (expression, result) => {
  expect(runQuery(`SELECT VALUE ${expression}`, [])[0]).toEqual(result);
});
