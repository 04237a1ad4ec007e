import type { Clock, Randomness } from '@lazurite/runtime';
import type { RpcTypedData } from '../../protocol/rpc-types.ts';

/** The entry `sys` of every invocation's trigger metadata (`SystemBindingData` of the WebJobs SDK). */
export function systemData(
  functionName: string,
  { clock, randomness }: { readonly clock: Clock; readonly randomness: Randomness },
): { readonly sys: RpcTypedData } {
  const utcNow = new Date(clock.now()).toISOString();
  return { sys: { json: JSON.stringify({ MethodName: functionName, UtcNow: utcNow, RandGuid: randomness.uuid() }) } };
}
