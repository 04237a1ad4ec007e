import fc from 'fast-check';
import { cosmosErrorOf, expectValueOrClientError } from '../../testing/expect-cosmos-error.ts';
import { continuationTokens } from './continuation-token.ts';

const tokens = continuationTokens(Buffer.from('a secret of this server'));
const others = continuationTokens(Buffer.from('a secret of another one'));

test('read() decodes the cursor of issue()', () => {
  const small = fc.oneof(
    fc.integer(),
    fc.string({ maxLength: 50 }),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 20 }),
  );
  fc.assert(
    fc.property(small, fc.string(), (position, request) => {
      const token = tokens.issue(position, request);
      expect(tokens.read(token, request)).toEqual(position);
      expect(token).toMatch(/^[\w-]{1,1023}$/);
    }),
  );
});

test.each([
  ['of another request', tokens.issue({ lsn: 1 }, 'SELECT * FROM d')],
  ['of another server', others.issue({ lsn: 1 }, 'SELECT * FROM c')],
  ['that is empty', ''],
  ['that is cut short', tokens.issue({ lsn: 1 }, 'SELECT * FROM c').slice(0, -4)],
  ['that is too long', 'a'.repeat(2000)],
  ['that is no base64', '{"token":1}'],
])('read() answers 400 to a token %s', (_, token) => {
  expect(cosmosErrorOf(() => tokens.read(token, 'SELECT * FROM c')).status).toBe(400);
});

test('read() throws 400 to a token with any one character changed', () => {
  const token = tokens.issue({ lsn: 12 }, 'q');
  for (let index = 0; index < token.length - 1; index++) {
    const forged = token.slice(0, index) + (token[index] === 'A' ? 'B' : 'A') + token.slice(index + 1);
    expect(cosmosErrorOf(() => tokens.read(forged, 'q')).status).toBe(400);
  }
});

test('read() returns a cursor or throws 400 for any text', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (token) =>
      expectValueOrClientError(() => tokens.read(token, 'q')),
    ),
  );
});

test('issue() throws 400 when the token would be longer than 1 KB', () => {
  expect(cosmosErrorOf(() => tokens.issue('x'.repeat(1000), 'q')).status).toBe(400);
});
