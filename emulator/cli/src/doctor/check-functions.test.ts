import type { FunctionInfo } from '@lazurite/functions';
import { checkFunctions } from './check-functions.ts';

function findingsOf(sqlQuery: string) {
  const fn: FunctionInfo = {
    name: 'orders',
    triggerType: 'httpTrigger',
    methods: [],
    disabled: false,
    bindings: [
      { name: 'req', type: 'httpTrigger', authLevel: 'anonymous' },
      { name: 'found', type: 'cosmosDB', direction: 'in', sqlQuery },
    ],
  };
  return checkFunctions({ functions: [fn], hasBundle: true, hasAzurite: true });
}

test.each(['{Query.pk}', '{headers.x-pk}'])('checkFunctions() names %s in a sqlQuery', (expression) => {
  expect(findingsOf(`SELECT * FROM c WHERE c.pk = ${expression}`)).toEqual([
    { level: 'error', subject: "function 'orders'", message: expect.stringContaining(expression) },
  ]);
});

test('checkFunctions() accepts names without a dot in a sqlQuery', () => {
  expect(findingsOf('SELECT c.id FROM c WHERE c.pk = {pk}')).toEqual([]);
});
