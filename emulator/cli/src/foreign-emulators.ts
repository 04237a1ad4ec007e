import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { probePort } from '@lazurite/http';
import { WELL_KNOWN_KEY } from './setting-rewriter.ts';

const MAX_BODY_BYTES = 64 * 1024;
/** The id of the account of every Lazurite. */
const OWN_ACCOUNT = 'lazurite';

/**
 * Whether a Cosmos DB emulator that is not a Lazurite listens on a port of this machine. It is asked for its account,
 * signed with the key of every emulator: what responds with something else is another program.
 */
export async function isForeignCosmos(port: number): Promise<boolean> {
  // At once: a program that accepts and says nothing holds up the start for one time limit, not for two.
  const secure = readAccount('https', port);
  const account = (await readAccount('http', port)) ?? (await secure);
  return account !== undefined && account !== OWN_ACCOUNT;
}

/** The id of the account; undefined when there is none. The emulator is sent nothing that it does not know. */
async function readAccount(protocol: 'http' | 'https', port: number): Promise<string | undefined> {
  const date = new Date().toUTCString();
  const headers = { 'x-ms-date': date, 'x-ms-version': '2018-12-31', authorization: sign(date) };
  const response = await probePort({ port, protocol, path: '/', headers });
  if (response === undefined) return undefined;
  try {
    const account: unknown = JSON.parse(await text(limited(response)));
    if (typeof account !== 'object' || account === null || !('id' in account)) return undefined;
    return 'writableLocations' in account && typeof account.id === 'string' ? account.id : undefined;
  } catch {
    return undefined;
  }
}

/** "Access control on Azure Cosmos DB resources": `GET` of the account, whose resource has neither type nor link. */
function sign(date: string): string {
  const signed = `get\n\n\n${date.toLowerCase()}\n\n`;
  const signature = createHmac('sha256', Buffer.from(WELL_KNOWN_KEY, 'base64')).update(signed).digest('base64');
  return encodeURIComponent(`type=master&ver=1.0&sig=${signature}`);
}

async function* limited(response: IncomingMessage): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return;
    yield chunk;
  }
}
