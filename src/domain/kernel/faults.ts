import { withoutSecrets } from './without-secrets.ts';

/** A dependency did not do what was asked, and nothing changed. The same request may be tried again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly dependency: string;
  /** What an operator can do about it. */
  readonly remedy: string;

  constructor(dependency: string, cause: unknown, remedy: string) {
    // Clients of servers like to quote the address they were given, password and all.
    super(withoutSecrets(`${dependency}: ${cause instanceof Error ? cause.message : String(cause)}`), {
      cause,
    });
    this.dependency = dependency;
    this.remedy = remedy;
  }
}

/** Whether the append happened cannot be told. Never to be read as "failed": read the stream again. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
}

/** An event was written by a newer build, or is of a type nobody here knows. Reading on would misstate the facts. */
export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
  readonly stream: string;
  readonly revision: number;
  readonly position: number;

  constructor(event: { stream: string; revision: number; position: number; type: string }, why: string) {
    super(`${event.type} at ${event.stream}@${event.revision} (position ${event.position}): ${why}`);
    this.stream = event.stream;
    this.revision = event.revision;
    this.position = event.position;
  }
}

/** Stored data contradicts itself: a broken chain, a gap, a log that went backwards. */
export class DamagedData extends Error {
  override readonly name = 'DamagedData';
}

/** The store takes no append as large as this one. Nothing was written; the same again would be refused again. */
export class AppendTooLarge extends Error {
  override readonly name = 'AppendTooLarge';
}

/** The stream was deleted in the store for ever, by somebody else than the ledger: nothing can be read or appended there. */
export class StreamGone extends Error {
  override readonly name = 'StreamGone';
}

/** A webhook that is not to be believed: it was not signed by the provider, not lately, or not as it came. */
export class InvalidWebhook extends Error {
  override readonly name = 'InvalidWebhook';
}

/** A webhook that is the provider's and says nothing the ledger understands. */
export class UnreadableWebhook extends Error {
  override readonly name = 'UnreadableWebhook';
}
