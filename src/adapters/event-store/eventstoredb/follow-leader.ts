import { isNotLeader } from './call-faults.ts';

/**
 * Does it once more where a node has refused because it does not lead, and has done nothing. The client turns to the
 * leader, which such a refusal names, right after it has told of the error.
 */
export async function followingLeader<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (!isNotLeader(error)) throw error;
    await new Promise((resolve) => setImmediate(resolve));
    return work();
  }
}
