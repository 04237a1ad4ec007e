import type { HttpResponse } from '@lazurite/http';
import { isSwitchedOff, triggerOf } from '../function-info.ts';
import type { HttpFront } from '../http/http-scope.ts';
import { invokeWith } from '../invoke-with.ts';

const OK: HttpResponse = { status: 200 };

/** `GET` and `POST /admin/warmup`: calls the warmup functions, the first time only, and answers when they have ended. */
export function createWarmup(front: HttpFront): () => Promise<HttpResponse> {
  let warming: Promise<unknown> | undefined;
  return async () => {
    warming ??= Promise.all(warmupCalls(front));
    await warming;
    return OK;
  };
}

function warmupCalls(front: HttpFront): Promise<unknown>[] {
  return front.app.registry.all().flatMap((fn) => {
    const trigger = triggerOf(fn);
    if (trigger?.type.toLowerCase() !== 'warmuptrigger' || isSwitchedOff(fn)) return [];
    const reason = 'The function app is being warmed up';
    return invokeWith(front, fn, trigger.name)({ input: { json: '{}' }, metadata: {}, reason });
  });
}
