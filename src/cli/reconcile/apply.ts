import type { CommandEnvelope, CommandOutcome, HandleCommand } from '../../commands/command.ts';
import { commandIdOf, fingerprintOf } from '../../commands/idempotency.ts';
import type { BooksCommand } from '../../domain/books/commands.ts';
import type { Books } from '../../domain/books/state.ts';
import type { Json } from '../../domain/kernel/canonical-json.ts';
import { type EntryId, entryId as entryIdSchema } from '../../domain/kernel/ids.ts';
import { parseInstant } from '../../domain/kernel/instant.ts';
import type { BookedEntry } from '../../domain/reconciliation/movement.ts';
import type { ProposedEntry } from '../../domain/reconciliation/proposal.ts';
import type { Reconciliation } from '../../domain/reconciliation/reconcile.ts';
import type { Digest } from '../../ports/digest.ts';

/** Who reconciliation books as. */
const reconciler = 'ledger-reconcile';

/** Random, fixed for ever: another one would make every entry that was proposed before another entry. */
const entryNamespace = '7d0b2f3c-0f0e-4c55-9a53-2c1f4f4c1d8e';

/** Ids of proposed entries: the same for the same text, so that nothing is booked twice, whichever file it is in. */
export function entryIdsBy(digest: Digest): (text: string) => EntryId {
  return (text) => entryIdSchema.parse(digest.uuid5(entryNamespace, text));
}

export interface Applied {
  booked: number;
  reversed: number;
  readonly refused: { readonly entryId: string; readonly reason: string }[];
}

interface ApplyDependencies {
  readonly handle: HandleCommand<BooksCommand, Books>;
  readonly digest: Digest;
  /** What the file is known by in the metadata of what it has caused. */
  readonly requestId: string;
  readonly onProgress: (done: number, of: number) => void;
}

/**
 * Books what is proposed and undoes what is outlived, one after another, through the command pipeline. What was booked
 * before stays as it is. @throws StoreUnavailable, OutcomeUnknown: run it again, nothing is booked twice
 */
export async function applyProposals(
  { bookings, breaks, outlived }: Reconciliation,
  needs: ApplyDependencies,
): Promise<Applied> {
  const applied: Applied = { booked: 0, reversed: 0, refused: [] };
  const proposed = [...bookings, ...breaks.flatMap(({ entries }) => entries)].filter(
    ({ status }) => status === 'proposed',
  );
  const total = proposed.length + outlived.length;
  for (const entry of proposed) {
    if (accepted(await needs.handle(posting(entry, needs)), entry.entryId, applied)) applied.booked += 1;
    needs.onProgress(applied.booked + applied.refused.length, total);
  }
  for (const entry of outlived) {
    if (accepted(await needs.handle(reversal(entry, needs)), entry.entryId, applied)) applied.reversed += 1;
    needs.onProgress(applied.booked + applied.reversed + applied.refused.length, total);
  }
  return applied;
}

function posting(
  { entryId, currency, postings, memo, reference, day }: ProposedEntry,
  needs: ApplyDependencies,
): CommandEnvelope<BooksCommand, Books> {
  const id = entryIdSchema.parse(entryId);
  const effectiveAt = day === undefined ? undefined : parseInstant(`${day}T00:00:00Z`);
  const command = { type: 'PostEntry', entryId: id, currency, postings, memo, reference } as const;
  return {
    ...envelope(command, currency, id, { postings, memo, reference }, needs),
    ...(effectiveAt !== undefined && { effectiveAt }),
  };
}

function reversal(
  { entryId, currency }: BookedEntry,
  needs: ApplyDependencies,
): CommandEnvelope<BooksCommand, Books> {
  const id = entryIdsBy(needs.digest)(`reverses ${entryId}`);
  const memo = 'Reconciliation: file and books agree now';
  const command = {
    type: 'ReverseEntry',
    entryId: id,
    reverses: entryIdSchema.parse(entryId),
    memo,
  } as const;
  return envelope(command, currency, id, { entryId, memo }, needs);
}

function envelope(
  command: BooksCommand,
  currency: string,
  entryId: string,
  content: Json,
  { digest, requestId }: ApplyDependencies,
): CommandEnvelope<BooksCommand, Books> {
  const path = `books/${currency}/${entryId}`;
  return {
    commandId: commandIdOf(digest, reconciler, 'RECONCILE', path, command.type),
    fingerprint: fingerprintOf(digest, 'RECONCILE', path, content),
    aggregateId: currency,
    command,
    actor: reconciler,
    requestId,
  };
}

function accepted(outcome: CommandOutcome, entryId: string, applied: Applied): boolean {
  if (outcome.kind === 'done') return true;
  const reason = outcome.kind === 'refused' ? `${outcome.code}. ${outcome.detail}` : outcome.kind;
  applied.refused.push({ entryId, reason });
  return false;
}
