import { openFunctionApp, startStack } from 'lazurite/testing';
import { expect, test } from 'vitest';

test('greet() greets by name', async () => {
  const app = await openFunctionApp({ scriptRoot: import.meta.dirname });
  const response = await app.fetch('/api/greet/Ada');
  expect(await response.text()).toBe('Hello, Ada!');
  await app.close();
});

test('greet() takes its greeting from the settings', async () => {
  const stack = await startStack({ scriptRoot: import.meta.dirname, env: { ...process.env, GREETING: 'Good day' } });
  const response = await stack.functions.fetch('/api/greet/Bob');
  expect(await response.text()).toBe('Good day, Bob!');
  await stack.close();
});
