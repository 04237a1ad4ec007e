import type { CorsSettings } from '../../protocol/messages.ts';
import { type Cors, createCors } from './cors.ts';

function corsOf(settings: CorsSettings): Cors {
  const cors = createCors(settings);
  if (!cors) throw new Error('CORS is off');
  return cors;
}

const preflightHeaders = {
  origin: 'http://a',
  'access-control-request-method': 'PUT',
  'access-control-request-headers': 'x-y',
};

describe('createCors()', () => {
  test('answers a preflight request of a listed origin', () => {
    const cors = corsOf({ origins: ['http://A/', 'http://b'], credentials: true });
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
    const cors = corsOf({ origins: ['http://b'], credentials: false });
    expect(cors.preflight('OPTIONS', preflightHeaders)).toEqual({ status: 204, headers: { vary: 'Origin' } });
    expect(cors.headersFor({ origin: 'http://a' })).toEqual({ vary: 'Origin' });
    expect(cors.headersFor({})).toEqual({ vary: 'Origin' });
  });

  test('allows every origin with *', () => {
    const cors = corsOf({ origins: ['*'], credentials: false });
    expect(cors.headersFor({ origin: 'http://x' })).toEqual({ 'access-control-allow-origin': '*' });
    expect(cors.headersFor({})).toEqual({});
  });

  test('takes no part in requests that are no preflight', () => {
    const cors = corsOf({ origins: ['*'], credentials: false });
    expect(cors.preflight('OPTIONS', { origin: 'http://a' })).toBeUndefined();
    expect(cors.preflight('GET', preflightHeaders)).toBeUndefined();
  });

  test('is absent without origins', () => {
    expect(createCors({ origins: [], credentials: true })).toBeUndefined();
  });

  test('rejects * with credentials', () => {
    expect(() => createCors({ origins: ['*'], credentials: true })).toThrow('CORS cannot allow credentials');
  });
});
