import { createThrottle } from './throttle.ts';

describe('createThrottle()', () => {
  test('lets requests wait for a place and turns away what does not fit', async () => {
    const throttle = createThrottle({ maxConcurrentRequests: 1, maxOutstandingRequests: 2 });
    const first = await throttle?.enter();
    const order: string[] = [];
    const second = throttle?.enter().then((release) => {
      order.push('second');
      return release;
    });
    expect(await throttle?.enter()).toBeUndefined();
    expect(order).toEqual([]);
    first?.();
    first?.();
    (await second)?.();
    expect(order).toEqual(['second']);
    expect(await throttle?.enter()).toBeDefined();
  });

  test('is absent without limits', () => {
    expect(createThrottle({ maxConcurrentRequests: -1, maxOutstandingRequests: -1 })).toBeUndefined();
  });

  test('turns everything away when nothing may be outstanding', async () => {
    expect(await createThrottle({ maxConcurrentRequests: -1, maxOutstandingRequests: 0 })?.enter()).toBeUndefined();
  });
});
