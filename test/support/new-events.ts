import type { NewEvent } from '../../src/ports/event-store.ts';

/** The nth of a fixed row of ids: valid UUIDs, equal in every run. */
export function eventIdOf(number: number): string {
  return `00000000-0000-5000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** An event as a codec would give it to a store, numbered so that a failure shows which one it is. */
export function newEvent(number: number, changes: Partial<NewEvent> = {}): NewEvent {
  return {
    eventId: eventIdOf(number),
    type: 'OrderNoteAdded',
    data: JSON.stringify({ note: `note ${number}` }),
    metadata: JSON.stringify({ schemaVersion: 1, commandId: eventIdOf(number), number }),
    ...changes,
  };
}

/** `count` events numbered from `first`. */
export function newEvents(first: number, count: number): readonly NewEvent[] {
  return Array.from({ length: count }, (_, index) => newEvent(first + index));
}

/** The number an event of this file was made with. */
export function numberOf({ eventId }: Pick<NewEvent, 'eventId'>): number {
  return Number.parseInt(eventId.slice(-12), 16);
}
