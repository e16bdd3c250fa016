import type { CommandOutcome, HandleCommand } from '../../commands/command.ts';
import { commandIdOf, createdIdOf, fingerprintOf } from '../../commands/idempotency.ts';
import type { Json } from '../../domain/kernel/canonical-json.ts';
import type { ActorId, OrderId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { orderAggregate } from '../../domain/order/aggregate.ts';
import type { OrderCommand } from '../../domain/order/commands.ts';
import type { Order, PaidWhen } from '../../domain/order/state.ts';
import { readJson } from '../../http/json-body.ts';
import { validate } from '../../http/validate.ts';
import type { Digest } from '../../ports/digest.ts';
import { type Fact, factsOf, type HistoryLine, historyLine } from './history-line.ts';

/** Who imported orders are recorded by. */
const importer = 'ledger-import' as ActorId;

/** Why a line was not imported. */
export class LineRefused extends Error {
  override readonly name = 'LineRefused';
}

/** The commands of one line, in order, each with its place in time. */
export interface LinePlan {
  readonly orderId: OrderId;
  readonly commands: readonly {
    readonly command: OrderCommand;
    readonly at: Instant;
    readonly commandId: string;
    readonly fingerprint: string;
    /** How many it gives. */
    readonly events: number;
  }[];
}

/**
 * Reads a line and works out its commands. They are decided on an empty order first, so that a line whose facts
 * contradict each other is refused whole.
 * @throws LineRefused, and Problem for a line that is not in the format
 */
export function planLine(text: string, paidWhen: PaidWhen, digest: Digest): LinePlan {
  const line = validate(historyLine, readJson(Buffer.from(text)));
  const path = `import/${line.externalId}`;
  const idOf = (index: number) => commandIdOf(digest, importer, 'IMPORT', path, String(index));
  const orderId = createdIdOf(digest, idOf(0)) as OrderId;
  const facts = [placing(line, orderId, paidWhen), ...factsOf(line)];
  const events = rehearse(facts);
  return {
    orderId,
    commands: facts.map(({ at, command }, index) => ({
      at,
      command,
      events: events[index] ?? 0,
      commandId: idOf(index),
      fingerprint: fingerprintOf(digest, 'IMPORT', `${path}/${index}`, contentOf(at, command)),
    })),
  };
}

function placing(
  line: HistoryLine,
  orderId: OrderId,
  paidWhen: PaidWhen,
): { at: Instant; command: OrderCommand } {
  const { placedAt, payments: _, fulfilledAt: __, cancelledAt: ___, cancelReason: ____, ...placed } = line;
  return { at: placedAt, command: { type: 'PlaceOrder', orderId, ...placed, paidWhen } };
}

/** What a fact says, apart from how this ledger is configured. */
function contentOf(at: Instant, command: OrderCommand): Json {
  const { paidWhen: _, ...content } = command as OrderCommand & { paidWhen?: PaidWhen };
  return { at, ...(content as unknown as { [name: string]: Json }) };
}

/** How many events each fact gives. */
function rehearse(
  facts: readonly { at: Instant; command: OrderCommand | Fact['command'] }[],
): readonly number[] {
  let order: Order | undefined;
  let revision = -1;
  const [placed] = facts;
  return facts.map(({ at, command }) => {
    if (placed !== undefined && at < placed.at)
      throw new LineRefused(`${command.type} at ${at} is before placedAt`);
    const decision = orderAggregate.decide(command, order);
    if (!decision.ok) throw new LineRefused(`${command.type} at ${at}: ${decision.code}. ${decision.detail}`);
    for (const event of decision.events) {
      revision += 1;
      order = orderAggregate.evolve(order, event, { at, revision, actor: importer });
    }
    return decision.events.length;
  });
}

/**
 * Plays a planned line through the command pipeline; a line played before changes nothing. Answers whether anything
 * was new. @param onRecorded told how many events a command has recorded, also where a later one is refused.
 * @throws LineRefused; StoreUnavailable, OutcomeUnknown
 */
export async function playLine(
  plan: LinePlan,
  handle: HandleCommand<OrderCommand, Order>,
  requestId: string,
  onRecorded: (events: number) => void,
): Promise<boolean> {
  let isNew = false;
  for (const { command, at, commandId, fingerprint, events } of plan.commands) {
    const outcome = await handle({
      commandId,
      fingerprint,
      aggregateId: plan.orderId,
      command,
      actor: importer,
      requestId,
      effectiveAt: at,
    });
    if ('replayed' in outcome && !outcome.replayed) onRecorded(outcome.kind === 'done' ? events : 1);
    isNew = accepted(outcome, command, at) || isNew;
  }
  return isNew;
}

function accepted(outcome: CommandOutcome, { type }: OrderCommand, at: Instant): boolean {
  switch (outcome.kind) {
    case 'done':
      return !outcome.replayed;
    case 'refused':
      throw new LineRefused(`${type} at ${at}: ${outcome.code}. ${outcome.detail}`);
    case 'key-reused':
      throw new LineRefused(`${type} at ${at}: this order was imported before with other content`);
    case 'revision-mismatch':
    case 'too-many-refusals':
      throw new LineRefused(`${type} at ${at}: ${outcome.kind}`);
  }
}
