import { UnavailableError } from '../../domain/errors.ts';
import type { ContainerItems } from '../container-calls.ts';
import { hasStatus } from '../cosmos-errors.ts';

/** No operation and no record of a request has this id. */
const NO_ITEM = '$health';
/** Of a 404: not the item is missing but what it would be in. */
const OWNER_MISSING = 1003;

/**
 * Reads an item that is not there: the way that operations go, with its credentials, for one request unit. (To read the
 * container costs none, and is throttled apart from items.) A container that is busy is reached.
 */
export async function checkContainer({ container, signal }: ContainerItems): Promise<void> {
  try {
    const { substatus } = await container.item(NO_ITEM, NO_ITEM).read({ abortSignal: signal });
    if (substatus === OWNER_MISSING) throw new UnavailableError('The container of operations is not there.');
  } catch (error) {
    if (!hasStatus(error, 429)) throw error;
  }
}
