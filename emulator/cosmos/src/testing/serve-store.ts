import { Edge, startHttpServer, toRequestListener } from '@lazurite/http';
import { type Clock, type Log, silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { openAccount } from '../account/open-account.ts';
import { Authorizer } from '../auth/authorizer.ts';
import { WELL_KNOWN_KEY } from '../index.ts';
import { Router } from '../routes/router.ts';
import { ROUTES } from '../routes/table.ts';
import { createRequestPipeline } from '../server/pipeline.ts';
import type { Store } from '../store/store.ts';

interface ServeOptions {
  readonly clock?: Clock;
  readonly log?: Log;
}

/** A server on a store that the test holds in its hands, to make it fail. Closing it leaves the store open. */
export async function serveStore(store: Store, { clock = systemClock, log = silentLog }: ServeOptions = {}) {
  const account = openAccount({ store, clock, randomness: systemRandomness, log });
  const authorizer = new Authorizer({ key: WELL_KNOWN_KEY }, clock);
  const edge = new Edge({ address: '127.0.0.1' });
  const handler = createRequestPipeline({
    edge,
    account,
    authorizer,
    router: new Router(ROUTES),
    log,
    secure: false,
  });
  const server = await startHttpServer(toRequestListener(handler, { maxBodyBytes: 4 * 1024 * 1024, edge, log }));
  return {
    port: server.port,
    key: WELL_KNOWN_KEY,
    close: async () => {
      await server.close();
      await account.indexBuilder.close();
    },
  };
}
