import { DamagedData, OutcomeUnknown, StoreUnavailable } from '../../domain/kernel/faults.ts';

/** A fault as plain members, for the way between threads, where errors lose their class. */
export interface FaultMembers {
  readonly name: string;
  readonly message: string;
  readonly dependency?: string;
  readonly remedy?: string;
}

export function membersOf(error: unknown): FaultMembers {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message } = error;
  if (!(error instanceof StoreUnavailable)) return { name, message };
  const { dependency, remedy } = error;
  return { name, message, dependency, remedy };
}

/** The fault that had these members, of its own class again; whatever else it was is a plain error of that name. */
export function faultFrom(members: FaultMembers): Error {
  const { name, message, dependency = '', remedy = '' } = members;
  if (name === 'StoreUnavailable')
    return new StoreUnavailable(dependency, message.replace(`${dependency}: `, ''), remedy);
  if (name === 'OutcomeUnknown') return new OutcomeUnknown(message);
  if (name === 'DamagedData') return new DamagedData(message);
  return members instanceof Error ? members : Object.assign(new Error(message), { name });
}
