import { UnavailableError } from '../../../shared/domain/errors.ts';
import {
  type EnvelopeDependencies,
  type FunctionHandler,
  withGraphEnvelope,
} from '../../../shared/graph-http/pipeline.ts';

export interface HealthReadyDependencies extends EnvelopeDependencies {
  readonly store: {
    /** Settles within seconds; rejects where the store cannot be used now. */
    check(): Promise<void>;
  };
}

/** `GET /health/ready`: 200 when an operation could be stored now, else 503; the reason is in the log alone. */
export function healthReadyHandler(dependencies: HealthReadyDependencies): FunctionHandler {
  return withGraphEnvelope(async () => {
    await dependencies.store.check().catch((cause: unknown) => {
      throw new UnavailableError('The store of operations cannot be used.', { cause });
    });
    return {
      status: 200,
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      body: { status: 'ready' },
    };
  }, dependencies);
}
