import { hostname } from 'node:os';
import type { Randomness } from '@lazurite/runtime';
import { errnoOf } from '../../../errors.ts';

/** Names one reader of change feeds, so that others can tell whether it still runs: `machine/process/uuid`. */
export function createInstanceId(random: Randomness): string {
  return `${hostname()}/${process.pid}/${random.uuid()}`;
}

/**
 * Whether the process behind an instance id is known to have ended: it ran on this machine, and is there no more. Its
 * leases need not be waited for until they expire.
 */
export function isGone(instanceId: string): boolean {
  const [machine, pid] = instanceId.split('/');
  if (machine !== hostname() || !/^[1-9]\d*$/.test(pid ?? '')) return false;
  try {
    process.kill(Number(pid), 0); // signal 0 tests, on Windows too
    return false;
  } catch (error) {
    return errnoOf(error) === 'ESRCH';
  }
}
