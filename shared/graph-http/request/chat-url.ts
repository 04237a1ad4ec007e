import { decode } from './path-reader.ts';

export interface ChatUrl {
  /** Decoded. */
  readonly chatId: string;
  readonly serviceRoot: string;
}

const PATH = /^(?<root>\/beta)\/chats(?:\/(?<plain>[^/]+)|\('(?<quoted>(?:[^'/]|'')+)'\))\/?$/i;

/** The chat that a URL addresses, in either of the forms `/chats/19:x` and `/chats('19:x')`; null when it is no such URL. */
export function parseChatUrl(url: string): ChatUrl | null {
  const { origin, pathname } = new URL(url);
  const { root, plain, quoted } = PATH.exec(pathname.replaceAll('%27', "'"))?.groups ?? {};
  const chatId = decode(plain ?? quoted?.replaceAll("''", "'") ?? '');
  return chatId ? { chatId, serviceRoot: origin + root } : null;
}
