import { type Decision, refuse } from './result.ts';

/** How a refusal is answered: 404 what is not there, 409 what the state forbids, 422 what no state would allow. */
export interface Rejection {
  readonly status: 404 | 409 | 422;
  readonly title: string;
}

/** Every reason an aggregate refuses a command for, in order of precedence: the first that applies is the answer. */
export type Rejections = Readonly<Record<string, Rejection>>;

/** The reasons that apply to one command: code → what to tell the caller, or `false`. */
export type Objections<Code extends string> = { readonly [C in Code]?: string | false };

/**
 * Decides by the documented order of precedence, whatever order a handler lists its objections in: refuses with the
 * first rejection of `rejections` that applies, else accepts `events()`.
 */
export function decideBy<const Table extends Rejections>(rejections: Table) {
  type Code = keyof Table & string;
  const precedence = new Map(Object.keys(rejections).map((code, index) => [code, index]));
  return <Event>(objections: Objections<Code>, events: () => readonly Event[]): Decision<Event, Code> => {
    let first: Code | undefined;
    for (const code in objections) {
      if (objections[code] !== false && objections[code] !== undefined && comesFirst(code, first))
        first = code;
    }
    return first === undefined ? { ok: true, events: events() } : refuse(first, String(objections[first]));
  };

  function comesFirst(code: Code, other: Code | undefined): boolean {
    return other === undefined || Number(precedence.get(code)) < Number(precedence.get(other));
  }
}
