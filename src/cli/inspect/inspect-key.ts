import { commandIdOf } from '../../commands/idempotency.ts';
import { orderRows } from '../../commands/order-routes.ts';
import { idOf } from '../../domain/kernel/log.ts';
import { readIdempotencyKey } from '../../http/idempotency-key.ts';
import { Problem } from '../../http/problem.ts';
import type { Ledger } from '../../main.ts';
import type { DomainEvent } from '../../ports/event-codec.ts';
import type { RecordedEvent } from '../../ports/event-store.ts';
import { type CliContext, type ExitCode, exitCodes, UsageError } from '../command.ts';

const pageSize = 4_000;

/**
 * Finds what was done under a key. Keys are not stored: a command's id is worked out from caller, path and key for
 * every event until one matches.
 */
export async function inspectKey(
  ledger: Ledger,
  { words: [, word = ''], options, terminal }: CliContext,
): Promise<ExitCode> {
  const key = keyIn(word);
  const found = new Map<string, DomainEvent[]>();
  for await (const event of matching(ledger, key, options['sub'])) {
    const { commandId } = event.metadata;
    found.set(commandId, [...(found.get(commandId) ?? []), event]);
  }
  for (const [commandId, events] of found) {
    const [{ metadata, stream, actor }] = events as [DomainEvent];
    const refused = events.find(({ type }) => type === 'CommandRefused');
    terminal.line(
      `${terminal.paint('bold', metadata.command)} by ${actor} on ${stream} at ${metadata.occurredAt}`,
    );
    terminal.line(
      `  ${refused === undefined ? 'was done' : `was refused: ${JSON.stringify(refused.data)}`}; the same request gets the same answer for ever`,
    );
    terminal.line(`  events ${events.map(({ type, revision }) => `${revision} ${type}`).join(', ')}`);
    terminal.line(
      `  command ${commandId}  request ${metadata.requestId}  fingerprint ${metadata.fingerprint}`,
    );
  }
  if (found.size === 0) terminal.complain('Nothing was recorded under this key: it is free to use.');
  terminal.answer({
    commands: [...found].map(([commandId, events]) => ({ commandId, events })),
  });
  return found.size > 0 ? exitCodes.done : exitCodes.no;
}

/** Whoever copies a key out of a request may bring its quotes along. */
function keyIn(word: string): string {
  if (!word.startsWith('"')) return word;
  try {
    return readIdempotencyKey(word, false);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new UsageError(`A key begins and ends with a quote, or has none around it. ${error.message}`);
  }
}

async function* matching(ledger: Ledger, key: string, subject: unknown): AsyncIterable<DomainEvent> {
  const { store, codec, digest } = ledger;
  const paths = orderRows.map(({ path }) => path);
  for (let after = 0; ; ) {
    const page = await store.readAll({ after, countMax: pageSize });
    const last = page.at(-1);
    if (last === undefined) return;
    const hits = page.filter((event) => isUnder(event));
    yield* await codec.decode(hits);
    after = last.position;
  }

  function isUnder({ stream, metadata: text }: RecordedEvent): boolean {
    const { actor, commandId } = JSON.parse(text) as { readonly actor: string; readonly commandId: string };
    if (subject !== undefined && actor !== subject) return false;
    return paths.some(
      (path) => commandIdOf(digest, actor, 'POST', path.replace(':orderId', idOf(stream)), key) === commandId,
    );
  }
}
