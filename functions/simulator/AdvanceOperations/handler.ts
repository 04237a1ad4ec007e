import type { InvocationContext, Timer } from '@azure/functions';
import type { Laboratory } from '../../../shared/domain/simulator/simulator.ts';

export interface AdvanceOperationsPorts {
  readonly laboratory: Pick<Laboratory, 'advance'>;
}

type Logger = Pick<InvocationContext, 'debug'>;

/**
 * Writes what the scenarios of the laboratory say is due, so that lists, counts and the change feed show it too. Any
 * number of instances may do so at once.
 */
export function advanceOperationsHandler({ laboratory }: AdvanceOperationsPorts) {
  return async (_timer: Timer, context: Logger): Promise<void> => {
    const moved = await laboratory.advance();
    if (moved > 0) context.debug(`${moved} operations of the laboratory had a step due`);
  };
}
