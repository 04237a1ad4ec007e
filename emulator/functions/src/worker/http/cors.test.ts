import { createCors } from './cors.ts';

const preflightHeaders = {
  origin: 'http://a',
  'access-control-request-method': 'PUT',
  'access-control-request-headers': 'x-y',
};

describe('createCors()', () => {
  test('answers a preflight request of a listed origin', () => {
    const cors = createCors({ origins: ['http://A/', 'http://b'], credentials: true });
    expect(cors.preflight('OPTIONS', preflightHeaders)).toEqual({
      status: 204,
      headers: {
        'access-control-allow-origin': 'http://a',
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'x-y',
        vary: 'Origin',
      },
    });
  });

  test('allows nothing to another origin', () => {
    const cors = createCors({ origins: ['http://b'], credentials: false });
    expect(cors.preflight('OPTIONS', preflightHeaders)).toEqual({ status: 204, headers: { vary: 'Origin' } });
    expect(cors.headersFor({ origin: 'http://a' })).toEqual({ vary: 'Origin' });
    expect(cors.headersFor({})).toEqual({ vary: 'Origin' });
  });

  test('allows every origin with *', () => {
    const cors = createCors({ origins: ['*'], credentials: false });
    expect(cors.headersFor({ origin: 'http://x' })).toEqual({ 'access-control-allow-origin': '*' });
    expect(cors.headersFor({})).toEqual({});
  });

  test('takes no part in plain OPTIONS requests, nor without origins', () => {
    expect(
      createCors({ origins: ['*'], credentials: false }).preflight('OPTIONS', { origin: 'http://a' }),
    ).toBeUndefined();
    expect(createCors({ origins: ['*'], credentials: false }).preflight('GET', preflightHeaders)).toBeUndefined();
    const off = createCors({ origins: [], credentials: true });
    expect(off.preflight('OPTIONS', preflightHeaders)).toBeUndefined();
    expect(off.headersFor({ origin: 'http://a' })).toEqual({});
  });

  test('rejects * with credentials', () => {
    expect(() => createCors({ origins: ['*'], credentials: true })).toThrow('CORS cannot allow credentials');
  });
});
