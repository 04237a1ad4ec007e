import assert from 'node:assert/strict';
import { test } from 'node:test';

test('FUNCTION_NAME greets by name', async () => {
  const response = await fetch(`${process.env.LAZURITE_FUNCTIONS_URL}/api/FUNCTION_NAME?name=Ada`);
  assert.equal(await response.text(), 'Hello, Ada!');
});
