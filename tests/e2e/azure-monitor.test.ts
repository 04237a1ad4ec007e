import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { openLocalCertificate } from '@lazurite/http';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { startStack } from 'lazurite';
import { CHAT_ID, EXAMPLE, JSON_TYPE, operationsPath } from '../support/create-operation-request.ts';
import { openApp } from '../support/stack.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

interface Envelope {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly data: {
    readonly baseData: { readonly name?: string; readonly target?: string; readonly metrics?: unknown };
  };
}

/** Takes what is sent to Application Insights, as its ingestion endpoint does, over TLS. */
async function startIngestion() {
  const envelopes: Envelope[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'lazurite-ingestion-'));
  const certificate = await openLocalCertificate(folder, systemClock);
  const server = createServer(certificate, async (request, response) => {
    const body = await buffer(request);
    const text = String(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body);
    const received: Envelope[] = JSON.parse(text);
    envelopes.push(...received);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ itemsReceived: received.length, itemsAccepted: received.length, errors: [] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    url: `https://127.0.0.1:${port}/`,
    certificateFile: certificate.path,
    envelopes,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

test('Spans go to Application Insights where a connection string says so, the last of them when the app ends', async () => {
  const ingestion = await startIngestion();
  const stack = await startStack({
    ...(await openApp({
      ...process.env,
      APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=00000000-0000-4000-8000-000000000000;IngestionEndpoint=${ingestion.url}`,
      NODE_EXTRA_CA_CERTS: ingestion.certificateFile,
      APPLICATION_INSIGHTS_NO_STATSBEAT: 'true',
      LRO_LAB: 'off',
    })),
    clock: systemClock,
    randomness: systemRandomness,
    log: silentLog,
  });
  const answer = await fetch(`${stack.functions.url}/beta${operationsPath(CHAT_ID)}`, {
    method: 'POST',
    headers: {
      ...JSON_TYPE,
      authorization: `Bearer ${await stack.issuer.mint()}`,
      traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
    },
    body: JSON.stringify(EXAMPLE),
  });
  expect(answer.status).toBe(201);
  await stack.close();
  const ofTrace = ingestion.envelopes.filter(({ tags }) => tags['ai.operation.id'] === TRACE_ID);
  expect(ofTrace.map(({ data }) => data.baseData.name).toSorted()).toEqual([
    'CreateOperation',
    'execute_batch operations',
  ]);
  expect(ingestion.envelopes.some(({ data }) => data.baseData.metrics !== undefined)).toBe(true);
  await ingestion.close();
});
