import assert from 'node:assert/strict';
import { test } from 'node:test';

test('FUNCTION_NAME succeeds', async () => {
  const response = await fetch(`${process.env.LAZURITE_FUNCTIONS_URL}/admin/functions/FUNCTION_NAME`, {
    method: 'POST',
    headers: { prefer: 'return=representation' }, // the response has what came of it
    body: JSON.stringify({ input: '{}' }),
  });
  const { status } = Object(await response.json());
  assert.equal(status, 'succeeded');
});
