import assert from 'node:assert/strict';
import { test } from 'node:test';

test('FUNCTION_NAME greets by name', async () => {
  const response = await fetch(`${process.env.LAZURITE_FUNCTIONS_URL}/runtime/webhooks/mcp`, {
    method: 'POST',
    headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'FUNCTION_NAME', arguments: { name: 'Ada' } },
    }),
  });
  assert.match(await response.text(), /Hello, Ada!/);
});
