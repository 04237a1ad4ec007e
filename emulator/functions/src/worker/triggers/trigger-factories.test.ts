import { KNOWN_TRIGGERS } from './known-triggers.ts';
import { TRIGGER_FACTORIES } from './trigger-factories.ts';

test('Every trigger that is said to fire has a listener, HTTP apart, and no other has', () => {
  const firing = KNOWN_TRIGGERS.filter(({ service }) => service === null).map(({ type }) => type.toLowerCase());
  expect(new Set(['httptrigger', ...TRIGGER_FACTORIES.keys()])).toEqual(new Set(firing));
});
