import { functionNameProblem } from './function-app.ts';

test.each(['hello', 'A-b_1', 'a'.repeat(128)])('functionNameProblem() accepts %s', (name) => {
  expect(functionNameProblem(name)).toBeUndefined();
});

test.each(['', '1a', 'a b', 'host', 'HOST', 'é', 'a'.repeat(129)])('functionNameProblem() rejects %j', (name) => {
  expect(functionNameProblem(name)).toContain('is not a valid function name');
});
