import type { ContextManager, Tracer } from '@opentelemetry/api';
import type { Meters } from './meters.ts';

export interface SpanParts {
  readonly tracer: Tracer;
  readonly contexts: ContextManager;
  readonly meters: Meters;
  /** Milliseconds since any moment. */
  elapsed(): number;
}
