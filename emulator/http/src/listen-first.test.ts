import { listenFirst } from './server.ts';

describe('listenFirst()', () => {
  test('answers what came before there was anything to answer, body and all', async () => {
    const early = await listenFirst({});
    const waiting = fetch(early.url, { method: 'POST', body: 'hello' });
    await new Promise((resolve) => setImmediate(resolve));
    const server = early.serve((request, response) => void request.pipe(response));
    expect(await (await waiting).text()).toBe('hello');
    expect(await (await fetch(server.url, { method: 'POST', body: 'again' })).text()).toBe('again');
    await server.close();
    await expect(fetch(early.url)).rejects.toThrow('fetch failed');
  });

  test('hangs up on who waits when nothing comes to answer', async () => {
    const early = await listenFirst({});
    const waiting = fetch(early.url);
    const rejected = expect(waiting).rejects.toThrow('fetch failed');
    await new Promise((resolve) => setTimeout(resolve, 20));
    await early.close();
    await rejected;
  });

  test('leaves a port that is taken to the other', async () => {
    const first = await listenFirst({});
    await expect(listenFirst({ port: Number(new URL(first.url).port) })).rejects.toMatchObject({ code: 'PortInUse' });
    await first.close();
  });
});
