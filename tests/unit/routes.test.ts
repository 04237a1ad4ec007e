import { existsSync, globSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { createGraphHandlers } from '../../functions/app/graph-handlers.ts';
import { createRouteRegistrar } from '../../functions/app/route-registrar.ts';
import { healthHandler } from '../../functions/service/Health/handler.ts';
import { type RouteHandlers, wildcardRouteHandler } from '../../functions/service/WildcardRoute/handler.ts';
import { CATCH_ALL, ROUTE_NAMES, type RouteName, routeOf } from '../../shared/graph-http/routes.ts';
import { callFunction, graphDependencies } from '../support/call-handler.ts';
import { newSubscriptionWorld } from '../support/subscription-world.ts';

const root = resolve(import.meta.dirname, '../..');
const FOLDERS = globSync(['[A-Z]*/index.ts', 'functions/*/[A-Z]*/index.ts'], { cwd: root });

function newHandlers(): RouteHandlers {
  const { notifications } = newSubscriptionWorld();
  const dependencies = graphDependencies({ notifications });
  const simulator = { hasTarget: async () => true } as never; // no test here reads an operation
  const handlers = {
    ...createGraphHandlers({ ...dependencies, simulator }),
    Health: healthHandler(dependencies),
    HealthReady: () => Promise.reject(new Error('The key was not checked')),
  };
  return { ...handlers, WildcardRoute: wildcardRouteHandler({ ...dependencies, handlers }) };
}

/** The names of what is registered when the functions' files are loaded in the given order. */
function registeredBy(order: readonly RouteName[], handlers = newHandlers()): string[] {
  const registered: string[] = [];
  const register = createRouteRegistrar(handlers, (name) => registered.push(name));
  for (const name of order) register(name);
  return registered;
}

/** All rotations, so that each name is the first and the last once. */
const ORDERS = ROUTE_NAMES.map((_, index) => [...ROUTE_NAMES.slice(index), ...ROUTE_NAMES.slice(0, index)]);

describe('the table of routes', () => {
  test('has a function folder for each route, which registers it by its own name', async () => {
    const folders = new Set(FOLDERS.map((file) => basename(resolve(root, file, '..'))));
    expect(ROUTE_NAMES.filter((name) => !folders.has(name))).toEqual([]);
    expect(FOLDERS.every((file) => existsSync(resolve(root, file)))).toBe(true);
  });

  test.each(ROUTE_NAMES)('%s shares no pair of method and path with another route', (name) => {
    const { methods, path } = routeOf(name);
    const same = ROUTE_NAMES.map(routeOf).filter(
      (other) => other.path === path && other.methods.some((method) => methods.includes(method)),
    );
    expect(same).toHaveLength(1);
  });
});

describe('the catch-all', () => {
  test('is registered last, in whatever order the files of the functions are loaded', () => {
    const served = Object.keys(newHandlers()).toSorted();
    for (const order of ORDERS) {
      const registered = registeredBy(order);
      expect(registered.at(-1)).toBe(CATCH_ALL);
      expect(registered.toSorted()).toEqual(served);
    }
  });

  test('is registered when others are turned off', () => {
    const { WildcardRoute, GetOperation } = newHandlers();
    const handlers = { ...(WildcardRoute && { WildcardRoute }), ...(GetOperation && { GetOperation }) };
    for (const order of ORDERS) expect(registeredBy(order, handlers)).toEqual(['GetOperation', 'WildcardRoute']);
  });

  const OPEN = ROUTE_NAMES.filter((name) => name !== CATCH_ALL && routeOf(name).access !== 'functionKey');

  test.each(OPEN.filter((name) => name !== 'TryIt'))(
    'responds as %s does, should a host ask it first',
    async (name) => {
      const { WildcardRoute, [name]: handler } = newHandlers();
      if (!WildcardRoute || !handler) throw new Error(`${name} has no handler`);
      const path = `/${routeOf(name).path.replaceAll(/\{\w+\}/g, 'x')}`;
      for (const method of routeOf(name).methods) {
        const [own, caught] = [
          await callFunction(handler, { method, path }),
          await callFunction(WildcardRoute, { method, path }),
        ];
        expect({ ...caught, headers: [] }).toEqual({ ...own, headers: [] });
      }
    },
  );

  test('never calls what needs a function key', async () => {
    const { WildcardRoute } = newHandlers();
    if (!WildcardRoute) throw new Error('There is no catch-all');
    const { status, body } = await callFunction(WildcardRoute, { path: '/health/ready' });
    expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'BadRequest' });
  });
});
