import { categoryOf } from '../domain/kernel/log.ts';
import type { DomainEvent } from '../ports/event-codec.ts';
import type { ProjectionShape } from '../ports/read-model.ts';

/** An event of one aggregate, with its facts. */
export type Recorded<Event> = Event & Omit<DomainEvent, 'type' | 'data'>;

/**
 * A read model: a pure function from events to documents. The runner does all reading and writing, so a projection
 * cannot be wrong about redelivery, ordering or crashes; it only says what an event means.
 */
export interface Projection<Document, Event = unknown> extends ProjectionShape {
  /** Category of the streams it is about. It must know every event of them. */
  readonly category: string;
  /** Further categories it is about, where it is about several. */
  readonly alsoAbout?: readonly string[];
  /**
   * `stream`: one document per stream, named by the stream's id. Otherwise the ids of the documents an event touches.
   */
  readonly keys: 'stream' | ((event: Recorded<Event>) => readonly string[]);
  /** What a document is before its first event, where that depends on its id; otherwise `undefined`. */
  readonly blank?: (id: string) => Document;
  /** The document after the event; `undefined` for none. Total, pure, and never refuses. */
  readonly when: (document: Document | undefined, event: Recorded<Event>) => Document | undefined;
  /** Values of the `fields` of a document. */
  readonly fieldsOf: (document: Document) => Readonly<Record<string, string | undefined>>;
}

/** A projection of whatever aggregate and document: what the registry holds and the runner runs. */
export interface AnyProjection extends ProjectionShape {
  readonly category: string;
  readonly alsoAbout?: readonly string[];
  readonly keys: 'stream' | ((event: never) => readonly string[]);
  readonly blank?: (id: string) => object;
  readonly when: (document: never, event: never) => object | undefined;
  readonly fieldsOf: (document: never) => Readonly<Record<string, string | undefined>>;
}

type Scope = Pick<AnyProjection, 'category' | 'alsoAbout'>;

/** Whether the events of a stream are among those a projection is about. */
export function isAbout({ category, alsoAbout }: Scope, stream: string): boolean {
  const own = categoryOf(stream);
  return own === category || alsoAbout?.includes(own) === true;
}

/** Every category that any of the projections is about. */
export function categoriesOf(projections: readonly Scope[]): ReadonlySet<string> {
  return new Set(projections.flatMap(({ category, alsoAbout = [] }) => [category, ...alsoAbout]));
}

/** A handler for every event of an aggregate. A missing or misspelt one does not compile. */
export type Handlers<Document, Event extends { readonly type: string }> = {
  readonly [Type in Event['type']]: (
    document: Document,
    event: Recorded<Extract<Event, { readonly type: Type }>>,
  ) => Document;
};

/** Runs the handler of the event's type. */
export function handleWith<Document, Event extends { readonly type: string }>(
  handlers: Handlers<Document, Event>,
  document: Document,
  event: Recorded<Event>,
): Document {
  const handler = handlers[event.type as Event['type']] as (
    document: Document,
    event: Recorded<Event>,
  ) => Document;
  return handler(document, event);
}
