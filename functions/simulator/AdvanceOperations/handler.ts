import type { InvocationContext, Timer } from '@azure/functions';
import type { Simulator } from '../../../shared/domain/simulator/simulator.ts';

export interface AdvanceOperationsDependencies {
  readonly simulator: Pick<Simulator, 'advance'>;
}

type Logger = Pick<InvocationContext, 'debug'>;

/**
 * Writes what the scenarios of the simulator say is due, so that lists, counts and the change feed show it too. Any
 * number of instances may do so at once.
 */
export function advanceOperationsHandler({ simulator }: AdvanceOperationsDependencies) {
  return async (_timer: Timer, context: Logger): Promise<void> => {
    const moved = await simulator.advance();
    if (moved > 0) context.debug(`${moved} operations of the simulator had a step due`);
  };
}
