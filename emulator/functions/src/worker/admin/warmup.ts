import type { HttpResponse } from '@lazurite/http';
import { isSwitchedOff, triggerOf } from '../app/function-info.ts';
import type { RegisteredFunction } from '../core/function-registry.ts';
import type { HttpFront } from '../http/pipeline-dependencies.ts';
import { invokeByHand } from '../invocation/invoke-manually.ts';

/** The function with a warmup trigger; undefined when the app has none. */
export function warmupFunction({ app }: Pick<HttpFront, 'app'>): RegisteredFunction | undefined {
  return app.registry.all().find((fn) => triggerOf(fn)?.type.toLowerCase() === 'warmuptrigger' && !isSwitchedOff(fn));
}

/** `/admin/warmup`: runs the warmup function, once in the life of a worker. */
export function warmUp(front: HttpFront, fn: RegisteredFunction): () => Promise<HttpResponse> {
  let warmed: Promise<unknown> | undefined;
  return async () => {
    warmed ??= invokeByHand(front, fn.metadata.name, '{}');
    await warmed;
    return { status: 200 };
  };
}
