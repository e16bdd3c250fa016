/**
 * What `decide` answers: the events to append, or why not. Expected outcomes are values; only faults throw.
 * An empty list of events means "already so": nothing is appended.
 */
export type Decision<Event, Code extends string> =
  | { readonly ok: true; readonly events: readonly Event[] }
  | { readonly ok: false; readonly code: Code; readonly detail: string };

export function accept<Event>(...events: readonly Event[]): Decision<Event, never> {
  return { ok: true, events };
}

export function refuse<Code extends string>(code: Code, detail: string): Decision<never, Code> {
  return { ok: false, code, detail };
}
