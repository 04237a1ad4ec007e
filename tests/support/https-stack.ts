import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFunctionsHost } from '@lazurite/functions';
import { openLocalCertificate } from '@lazurite/http';
import { silentLog, startOrUndo, systemClock } from '@lazurite/runtime';
import { decodeJwt } from 'jose';
import { openApp, startStack, type TestStack } from './stack.ts';

/** A stack whose API is served over TLS, as clients that send their token nowhere else need it. */
export interface HttpsStack {
  /** `https://localhost:49152` */
  readonly origin: string;
  /** The same API without TLS. */
  readonly functionsUrl: string;
  /** Of the certificate that clients are to trust, in PEM. */
  readonly certificatePath: string;
  readonly issuer: TestStack['issuer'];
  close(): Promise<void>;
}

const KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';

/** @param env added to the app's */
export function startHttpsStack(env: Readonly<Record<string, string>> = {}): Promise<HttpsStack> {
  return startOrUndo(async (running) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'https-stack-'));
    running.add({ close: () => rm(dataDir, { recursive: true, force: true }) });
    const stack = running.add(await startStack({ env }));
    const settings = {
      COSMOS_CONNECTION: `AccountEndpoint=${stack.cosmosEndpoint};AccountKey=${KEY};`,
      AUTH_ISSUER: String(decodeJwt(await stack.issuer.mint()).iss),
    };
    const { scriptRoot, env: appEnv = {}, host: options } = await openApp({ ...process.env, ...env, ...settings });
    const common = { port: 0, dataDir, https: {}, clock: systemClock, log: silentLog };
    const host = running.add(await startFunctionsHost({ ...options, scriptRoot, env: appEnv, ...common }));
    return {
      origin: `https://localhost:${host.port}`,
      functionsUrl: stack.functionsUrl,
      certificatePath: (await openLocalCertificate(join(dataDir, 'https'), systemClock)).path,
      issuer: stack.issuer,
      close: () => running.close(),
    };
  });
}
