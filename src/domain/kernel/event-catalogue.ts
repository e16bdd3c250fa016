import { z } from 'zod';
import { assert } from './assert.ts';
import type { ActorId } from './ids.ts';
import type { Instant } from './instant.ts';

/** What a fold may know of an event beside its data. It never reads a clock: `at` is when the fact took effect. */
export interface EventFacts {
  readonly at: Instant;
  readonly revision: number;
  /** Who caused it. */
  readonly actor: ActorId;
}

/**
 * One entry of a catalogue: the current version, its schema, and how it changes the state: it `creates` it, `evolve`s
 * it, or is about the stream rather than the state and can stand before anything was created (`observe`).
 */
export type EventEntry<State, Schema extends z.ZodObject> = {
  readonly version: number;
  readonly data: Schema;
  /** `upcasts[n]` turns data of version n into data of version n + 1. Every version below `version` has one. */
  readonly upcasts?: Readonly<Record<number, (older: Readonly<Record<string, unknown>>) => unknown>>;
} & (
  | { readonly creates: (data: z.output<Schema>, facts: EventFacts) => State }
  | { readonly evolve: (state: State, data: z.output<Schema>, facts: EventFacts) => State }
  | { readonly observe: (state: State | undefined, facts: EventFacts) => State | undefined }
);

/** Any catalogue, for code that handles events of every aggregate alike: the codec, documentation, verification. */
export type Catalogue = Readonly<
  Record<string, Pick<EventEntry<never, z.ZodObject>, 'version' | 'data' | 'upcasts'>>
>;

/**
 * Declares the events of one aggregate over `State`. One entry is one event; its data type, codec, documentation and
 * golden file follow from it. An entry that says none of the three does not compile.
 */
export function defineEvents<State>() {
  return <const Schemas extends Record<string, z.ZodObject>>(
    entries: {
      readonly [Type in keyof Schemas]: EventEntry<State, Schemas[Type]>;
    },
  ) => entries;
}

/** The union of `{type, data}` that a catalogue declares. */
export type EventOf<Entries> = {
  [Type in keyof Entries & string]: Entries[Type] extends { readonly data: infer Schema extends z.ZodType }
    ? { readonly type: Type; readonly data: z.output<Schema> }
    : never;
}[keyof Entries & string];

/** Folds one event into a state; `undefined` is "nothing there yet". Total over the catalogue, never refuses. */
export type Evolve<State, Event> = (
  state: State | undefined,
  event: Event,
  facts: EventFacts,
) => State | undefined;

/** The fold of a catalogue. Throws `ImpossibleState` when history starts without a creating event or has two. */
export function evolveWith<State, Entries extends object>(entries: Entries): Evolve<State, EventOf<Entries>> {
  // The one cast of table dispatch: an entry applied to its own data, which `EventOf` has tied to its type.
  const table = new Map(
    Object.entries(entries as unknown as Readonly<Record<string, EventEntry<State, z.ZodObject>>>),
  );
  return (state, event, facts) => {
    const entry = table.get(event.type);
    assert(entry !== undefined, () => `no entry for event ${event.type}`);
    if ('creates' in entry) {
      assert(
        state === undefined,
        () => `${event.type} at revision ${facts.revision} creates what is already there`,
      );
      return entry.creates(event.data as never, facts);
    }
    if ('observe' in entry) return entry.observe(state, facts);
    assert(state !== undefined, () => `${event.type} at revision ${facts.revision} has nothing to change`);
    return entry.evolve(state, event.data as never, facts);
  };
}

const personalFields = z.registry<{ readonly personal: true }>();

/** Marks a top-level field as personal data: the codec seals it with the subject's key before it is stored. */
export function personal<Schema extends z.ZodType>(schema: Schema): Schema {
  personalFields.add(schema, { personal: true });
  return schema;
}

/** Names of the personal fields of an event's data. */
export function personalFieldsOf(data: z.ZodObject): readonly string[] {
  return Object.entries(data.shape)
    .filter(([, field]) => personalFields.has(field) || personalFields.has(withoutOptional(field)))
    .map(([name]) => name);
}

/** The same by the type of the event; none for a type the catalogue does not have. */
export function personalFieldsIn(catalogue: Catalogue, type: string): readonly string[] {
  const entry = catalogue[type];
  return entry === undefined ? [] : personalFieldsOf(entry.data);
}

function withoutOptional(field: z.core.$ZodType): z.core.$ZodType {
  return field instanceof z.ZodExactOptional || field instanceof z.ZodOptional ? field.unwrap() : field;
}
