import { bindingNameProblem, functionNameProblem, isDisabled } from './function-rules.ts';

test.each(['hello', 'A-b_1', 'a'.repeat(128)])('functionNameProblem() accepts %s', (name) => {
  expect(functionNameProblem(name)).toBeUndefined();
});

test.each(['', '1a', 'a b', 'host', 'HOST', 'é', 'a'.repeat(129)])('functionNameProblem() refuses %j', (name) => {
  expect(functionNameProblem(name)).toContain('is not a valid function name');
});

test.each([
  ['req', true],
  ['$return', true],
  ['a_b', false],
  ['$x', false],
])('bindingNameProblem() of %s', (name, valid) => {
  expect(bindingNameProblem(name) === undefined).toBe(valid);
});

test.each<[declared: unknown, env: Record<string, string>, disabled: boolean]>([
  [undefined, {}, false],
  [undefined, { 'AzureWebJobs.f.Disabled': 'true' }, true],
  [undefined, { 'AzureWebJobs.f.Disabled': '1' }, true],
  [undefined, { AzureWebJobs_f_Disabled: 'True' }, true],
  [true, { 'AzureWebJobs.f.Disabled': 'false' }, false],
  [true, {}, true],
  ['OFF', { OFF: '1' }, true],
  ['%OFF%', { OFF: 'true' }, true],
  ['true', {}, true],
  ['OFF', {}, false],
])('isDisabled() with %j and %j is %s', (declared, env, disabled) => {
  expect(isDisabled('f', declared, env)).toBe(disabled);
});
