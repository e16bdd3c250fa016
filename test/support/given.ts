import { expect } from 'vitest';
import { commandRefused, commandRefusedData } from '../../src/domain/kernel/command-refused.ts';
import type { Aggregate } from '../../src/domain/kernel/decider.ts';
import type { EventFacts } from '../../src/domain/kernel/event-catalogue.ts';
import { actorId } from '../../src/domain/kernel/ids.ts';
import { type Instant, parseInstant } from '../../src/domain/kernel/instant.ts';
import type { Decision } from '../../src/domain/kernel/result.ts';

type Typed = { readonly type: string };
type Fact = Typed & { readonly data: object };

/** What happened so far. */
export interface Given<State, Command, Event, Code extends string> {
  /** The same, as if refusals had filled the stream up to this revision. */
  atRevision(revision: number): Given<State, Command, Event, Code>;
  /** The folded state, checked. */
  readonly state: State | undefined;
  /** What happened, as it was recorded: every event completed. */
  readonly events: readonly Event[];
  when(command: Command): When<State, Event, Code>;
}

/** What was decided. */
export interface When<State, Event, Code extends string> {
  readonly decision: Decision<Event, Code>;
  /** Exactly these events, in this order. Answers the state they lead to. */
  then(...events: readonly Event[]): State;
  /** Refused with this code, and a detail that contains `detail`. */
  refused(code: Code, detail?: string): void;
}

/** Events take effect a minute apart, so that every time in a state tells which event set it. */
export function instantOf(revision: number): Instant {
  const instant = parseInstant(new Date(Date.UTC(2026, 0, 5, 9, revision)).toISOString());
  if (instant === undefined) throw new TypeError(`no time for revision ${revision}`);
  return instant;
}

export const actor = actorId.parse('customer-1');

function factsAt(revision: number): EventFacts {
  return { at: instantOf(revision), revision, actor };
}

/**
 * `given(events…).when(command).then(events…)` or `.refused(code)` for one aggregate. Everything that passes through
 * is frozen, every event is checked against its schema and against its own JSON, and what the given and the new events
 * lead to is checked against `brokenInvariants` and against its own JSON.
 */
export function givenFor<State, Command extends Typed, Event extends Fact, Code extends string>(
  aggregate: Aggregate<State, Command, Event, Code>,
  brokenInvariants: (state: State) => readonly string[],
  /** Adds to an event what follows from the state before it, so that specs need not say it again. */
  complete: (state: State | undefined, event: Event) => Event = (_state, event) => event,
): (...events: readonly Event[]) => Given<State, Command, Event, Code> {
  return (...events) => {
    const recorded: Event[] = [];
    const state = fold(undefined, events, 0, recorded);
    return from(state, recorded.length - 1, recorded);
  };

  function from(
    state: State | undefined,
    revision: number,
    events: readonly Event[],
  ): Given<State, Command, Event, Code> {
    return {
      state,
      events,
      atRevision: (to) => {
        const data = { command: 'CancelOrder', code: 'order-not-found', detail: 'It was not there.' };
        const refusal = { type: commandRefused, data } as unknown as Event;
        return from(deepFrozen(aggregate.evolve(state, refusal, factsAt(to))), to, [...events, refusal]);
      },
      when: (command) => decided(state, deepFrozen(command), revision),
    };
  }

  function decided(state: State | undefined, command: Command, revision: number): When<State, Event, Code> {
    const decision = aggregate.decide(command, state);
    expect(aggregate.decide(command, state), 'the same question gets the same answer').toStrictEqual(
      decision,
    );
    return {
      decision,
      // biome-ignore lint/suspicious/noThenProperty: nobody awaits it, and given / when / then is how specs read.
      then: (...events) => {
        expect(decision).toStrictEqual({ ok: true, events: events.map((event) => complete(state, event)) });
        const after = fold(state, events, revision + 1);
        if (after === undefined) throw new TypeError(`${command.type} left no state`);
        return after;
      },
      refused: (code, detail = '') => {
        expect(decision).toStrictEqual({ ok: false, code, detail: expect.stringContaining(detail) });
        expect(aggregate.rejections).toHaveProperty([code]);
        const recorded = { command: command.type, code, detail: decision.ok ? '' : decision.detail };
        expect(commandRefusedData.parse(recorded)).toStrictEqual(recorded);
        expect(recorded.detail).not.toBe('');
      },
    };
  }

  function fold(
    state: State | undefined,
    events: readonly Event[],
    first: number,
    recorded: Event[] = [],
  ): State | undefined {
    let folded = state;
    for (const [index, said] of events.entries()) {
      const event = complete(folded, said);
      expectStorable(event);
      recorded.push(event);
      folded = deepFrozen(aggregate.evolve(folded, deepFrozen(event), factsAt(first + index)));
    }
    return checked(folded);
  }

  function expectStorable({ type, data }: Event): void {
    const parsed = aggregate.events[type]?.data.safeParse(data);
    expect(parsed?.error, `${type} has the shape its catalogue gives it`).toBeUndefined();
    expect(parsed?.data, `${type} holds nothing its catalogue does not know`).toStrictEqual(data);
    expect(JSON.parse(JSON.stringify(data)), `${type} is plain JSON`).toStrictEqual(data);
  }

  function checked(state: State | undefined): State | undefined {
    if (state === undefined) return undefined;
    expect(brokenInvariants(state), 'invariants the state breaks').toEqual([]);
    expect(JSON.parse(JSON.stringify(state)), 'the state is plain JSON').toStrictEqual(state);
    return state;
  }
}

/** The value with every object in it frozen, so that a decision or a fold that changes what it was given throws. */
export function deepFrozen<Value>(value: Value): Value {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFrozen);
  }
  return value;
}
