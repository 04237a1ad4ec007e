import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { HttpRequest } from '@azure/functions';
import {
  createBatchHandler,
  createCatchAllHandler,
  createResourceHandlers,
} from '../../functions/service/graph-handlers.ts';
import { healthHandler } from '../../functions/service/Health/handler.ts';
import { metadataHandler } from '../../functions/service/Metadata/handler.ts';
import { openApiHandler } from '../../functions/service/OpenApi/handler.ts';
import { wildcardRouteHandler } from '../../functions/service/WildcardRoute/handler.ts';
import { createRouteRegistrar, type GraphDependencies } from '../../shared/composition/create-app.ts';
import { createWorkspace } from '../../shared/domain/teams/workspace.ts';
import type { FunctionHandler } from '../../shared/graph-http/pipeline.ts';
import { CATCH_ALL, ROUTE_NAMES, type RouteName, routeOf } from '../../shared/graph-http/routes.ts';
import { callFunction, graphDependencies, SERVICE_ROOT } from '../support/call-handler.ts';
import { createMemoryWorkspaceRepository } from '../support/memory-workspace-repository.ts';
import { newSubscriptionWorld } from '../support/subscription-world.ts';

const root = resolve(process.cwd());
const FOLDERS = globSync(['[A-Z]*/index.ts', 'functions/*/[A-Z]*/index.ts'], { cwd: root });

function newDependencies(): GraphDependencies {
  const workspace = createWorkspace(createMemoryWorkspaceRepository(), () => 0);
  const simulator = { workspace, refresh: async () => undefined, chooseForStarter: () => 'mine' } as never; // what is called here
  return graphDependencies({ notifications: newSubscriptionWorld().notifications, simulator });
}

function newHandlers() {
  const dependencies = newDependencies();
  return {
    ...createResourceHandlers(dependencies),
    Batch: createBatchHandler(dependencies),
    Metadata: metadataHandler(dependencies),
    OpenApi: openApiHandler(dependencies),
    Health: healthHandler(dependencies),
  };
}

/** The response, without the ids that are made for each. */
async function call(handler: FunctionHandler, method: string, path: string) {
  const log = { error: unused, warn: unused };
  const { status, body } = await handler(new HttpRequest({ method, url: SERVICE_ROOT + path }), log);
  return { status, body: String(body ?? '').replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, 'an id') };
}

const unused = () => Promise.reject(new Error('This handler is not to be called'));

/** The names of what is registered when the functions' files are loaded in the given order. */
function registeredBy(order: readonly RouteName[], served: readonly RouteName[]): string[] {
  const registered: string[] = [];
  const register = createRouteRegistrar(served, {
    ...newDependencies(),
    registerHttp: (name) => registered.push(name),
  });
  for (const name of order) if (served.includes(name)) register(name, unused);
  return registered;
}

/** All rotations, so that each name is the first and the last once. */
const ORDERS = ROUTE_NAMES.map((_, index) => [...ROUTE_NAMES.slice(index), ...ROUTE_NAMES.slice(0, index)]);

describe('the table of routes', () => {
  test('has one function folder for each route, which registers it by its own name', () => {
    const registering = FOLDERS.filter((file) => readFileSync(resolve(root, file), 'utf8').includes('registerRoute('));
    const names = registering.map((file) => basename(dirname(file)));
    expect(names.toSorted()).toEqual(ROUTE_NAMES.toSorted());
    for (const file of registering)
      expect(readFileSync(resolve(root, file), 'utf8')).toContain(`registerRoute('${basename(dirname(file))}', `);
  });

  test.each(ROUTE_NAMES)('gives %s pairs of method and path that no other route has', (name) => {
    const { methods, path } = routeOf(name);
    const same = ROUTE_NAMES.map(routeOf).filter(
      (other) => other.path === path && other.methods.some((method) => methods.includes(method)),
    );
    expect(same).toHaveLength(1);
  });
});

describe('the catch-all', () => {
  test('is registered last, in whatever order the files of the functions are loaded', () => {
    for (const order of ORDERS) {
      const registered = registeredBy(order, ROUTE_NAMES);
      expect(registered.at(-1)).toBe(CATCH_ALL);
      expect(registered.toSorted()).toEqual(ROUTE_NAMES.toSorted());
    }
  });

  test('is registered last when settings turn others off', () => {
    for (const order of ORDERS)
      expect(registeredBy(order, ['WildcardRoute', 'GetOperation'])).toEqual(['GetOperation', 'WildcardRoute']);
  });

  test.each(Object.entries(newHandlers()))('responds as %s does, should a host ask it first', async (name, handler) => {
    const { methods, path: template } = routeOf(name as RouteName);
    const path = `/${template.replaceAll(/\{\w+\}/g, 'x')}`;
    for (const method of methods) {
      const own = await call(handler, method, path);
      expect(await call(createCatchAllHandler(newDependencies()), method, path)).toEqual(own);
    }
  });

  test('never calls what needs a function key', async () => {
    const HealthReady = jest.fn();
    const catchAll = wildcardRouteHandler({ ...newDependencies(), handlers: { HealthReady } });
    const { status, body } = await callFunction(catchAll, { path: '/health/ready' });
    expect({ status, code: body.error.code }).toEqual({ status: 400, code: 'BadRequest' });
    expect(HealthReady).not.toHaveBeenCalled();
  });
});
