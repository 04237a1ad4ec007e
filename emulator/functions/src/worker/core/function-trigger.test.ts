import { isDisabled } from './function-trigger.ts';

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
])('isDisabled() of a function that declares %j with the settings %j is %s', (declared, env, disabled) => {
  expect(isDisabled({ metadata: { name: 'f' }, disabled: declared }, env)).toBe(disabled);
});
