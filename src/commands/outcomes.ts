import { assert } from '../domain/kernel/assert.ts';
import type { CommandOutcome } from './command.ts';
import type { RecordedRefusal, StreamMemory } from './stream-memory.ts';

/** The command was accepted, and left this. */
export function done(
  { snapshot, revision, position }: Pick<StreamMemory, 'snapshot' | 'revision' | 'position'>,
  replayed: boolean,
): CommandOutcome {
  assert(snapshot !== undefined, 'a command that was accepted has left a state');
  return { kind: 'done', snapshot, revision, position, replayed };
}

/** The command was refused, as the caller first saw it. */
export function refused({ code, detail, requestId }: RecordedRefusal, replayed: boolean) {
  return { kind: 'refused', code, detail, requestId, replayed } as const;
}
