import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a client sends, before anybody knows where to. */
export interface RawRequest {
  /** Default: what the test is about. */
  readonly method?: string;
  /** Below the service root, as it goes over the wire. */
  readonly path?: string;
  /** Names in lower case; replaces the content type that is sent otherwise. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export const CHAT_ID = '19:c253a29b5f694b55a6baad8e83510af7@thread.v2';
export const JSON_TYPE = { 'content-type': 'application/json' };

/** The request of the README and of `npm run example`. */
export const EXAMPLE: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(process.cwd(), 'examples/create-operation.json'), 'utf8'),
);

export function operationsPath(chatId = CHAT_ID): string {
  return `/chats/${encodeURIComponent(chatId)}/operations`;
}

/** The example with some properties replaced. */
export function exampleWith(changes: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...EXAMPLE, ...changes });
}

/** The example without one property. */
export function exampleWithout(name: string): string {
  return JSON.stringify(Object.fromEntries(Object.entries(EXAMPLE).filter(([key]) => key !== name)));
}
