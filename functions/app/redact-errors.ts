import { app } from '@azure/functions';
import { describeFailure } from '../../shared/graph-http/errors/describe-failure.ts';

/**
 * What a function throws goes into the log of the host, message and all; requests answer their failures themselves, but
 * triggers leave them to the host, which tries again. To be called while the host loads the app.
 */
export function quietFailures(): void {
  app.hook.postInvocation((hook) => {
    if (hook.error) hook.error = toQuietError(hook.error);
  });
}

function toQuietError(error: unknown): Error {
  const description = describeFailure(error);
  const [summary = ''] = description.split('\n', 1);
  return Object.assign(new Error(summary), { stack: description });
}
