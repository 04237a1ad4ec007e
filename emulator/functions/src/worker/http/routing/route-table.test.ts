import { buildRouteTable } from './route-table.ts';

describe('buildRouteTable()', () => {
  test('answers with the first entry that matches, in the order given', async () => {
    const table = await buildRouteTable([
      { template: 'api/{any}', methods: ['GET'], target: 'parameter' },
      { template: 'api/items', methods: ['GET', 'POST'], target: 'literal' },
      { template: '{*rest}', target: 'everything' },
    ]);
    expect(table.match('GET', '/api/items')).toEqual({ target: 'parameter', values: { any: 'items' } });
    expect(table.match('POST', '/API/Items')).toEqual({ target: 'literal', values: {} });
    expect(table.match('DELETE', '/api/items')).toEqual({ target: 'everything', values: { rest: 'api/items' } });
  });

  test('finds nothing for a method that no matching route lists', async () => {
    const table = await buildRouteTable([{ template: 'api/{id}', methods: ['GET'], target: 1 }]);
    expect(table.match('HEAD', '/api/1')).toBeUndefined();
    expect(table.match('GET', '/api/1')?.target).toBe(1);
  });

  test('matches regex constraints and rejects a bad template', async () => {
    const table = await buildRouteTable([{ template: '{id:regex(^a$)}', target: 1 }]);
    expect(table.match('GET', '/A')?.target).toBe(1);
    await expect(buildRouteTable([{ template: '{', target: 1 }])).rejects.toThrow('is not valid');
  });

  test('finds each of a thousand routes', async () => {
    const entries = Array.from({ length: 1_000 }, (_, index) => ({
      template: index % 2 ? `api/r${index}/{id}` : `api/r${index}`,
      target: index,
    }));
    const table = await buildRouteTable(entries);
    for (const { target } of entries) {
      expect(table.match('GET', target % 2 ? `/api/r${target}/x` : `/api/r${target}/`)?.target).toBe(target);
    }
    expect(table.match('GET', '/api/r1000')).toBeUndefined();
  });
});
