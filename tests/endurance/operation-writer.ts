import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Makes operations come, change and go again, whatever the service does meanwhile. */
export interface OperationWriter {
  /** Creates an operation, changes it three times and deletes it; repeats what failed until it succeeds. */
  live(chatId: string, id: string): Promise<void>;
  close(): void;
}

export const CHANGES_OF_A_LIFE = 5;
const RETRY_MS = 200;
const TIMEOUT_MS = 10_000;

/** @param example a body to create from */
export function createOperationWriter(origin: string, token: string, example: object): OperationWriter {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', prefer: 'return=minimal' };

  function send(method: string, path: string, body: object | null): Promise<number> {
    return new Promise((resolve) => {
      const sent = request(origin + path, { method, agent, headers, timeout: TIMEOUT_MS }, (response) => {
        response.resume().once('close', () => resolve(response.statusCode ?? 0));
      });
      sent.once('timeout', () => sent.destroy());
      sent.once('error', () => resolve(0));
      sent.end(body && JSON.stringify(body));
    });
  }

  /** What an earlier attempt did without being answered shows as one of `expected` too. */
  async function insist(method: string, path: string, { body = null, expected }: Insisted): Promise<void> {
    for (let status = -1; !expected.includes(status); ) {
      if (status !== -1) await delay(RETRY_MS);
      status = await send(method, path, body);
      if (status >= 400 && status < 500 && ![408, 429, ...expected].includes(status))
        throw new Error(`${method} ${path} answered ${status}`);
    }
  }

  return {
    live: async (chatId, id) => {
      const collection = `/beta/chats/${chatId}/operations`;
      await insist('POST', collection, { body: { ...example, id }, expected: [201, 204, 409] });
      for (let attemptsCount = 1; attemptsCount <= CHANGES_OF_A_LIFE - 2; attemptsCount += 1)
        await insist('PATCH', `${collection}/${id}`, { body: { attemptsCount }, expected: [200, 204] });
      await insist('DELETE', `${collection}/${id}`, { expected: [204, 404] });
    },
    close: () => agent.destroy(),
  };
}

interface Insisted {
  readonly body?: object | null;
  readonly expected: readonly number[];
}
