import type { BooksEvent } from '../books/decide-entries.ts';
import type { Posting } from '../books/posting.ts';
import type { Currency } from '../kernel/currency.ts';
import type { Instant } from '../kernel/instant.ts';
import { idOf } from '../kernel/log.ts';
import type { OrderEvent } from '../order/decision.ts';
import { type BookedEntry, clearingOf, effectOn, type Movement, movementId, namesOf } from './movement.ts';
import { isDifferenceReference } from './proposal.ts';
import type { RowType } from './settlement-row.ts';

/** Types of the events that reconciliation is about; all others need not even be read. */
export const sideEventTypes: ReadonlySet<string> = new Set<(OrderEvent | BooksEvent)['type']>([
  'OrderPlaced',
  'PaymentCaptured',
  'RefundRequested',
  'RefundSettled',
  'RefundFailed',
  'ChargebackOpened',
  'ChargebackWon',
  'EntryPosted',
]);

/** Whether it is an event that reconciliation is about. The codec has tied its data to its type. */
export function isSideEvent<Event extends { readonly type: string; readonly data: unknown }>(
  event: Event,
): event is Event & (OrderEvent | BooksEvent) {
  return sideEventTypes.has(event.type);
}

interface Facts {
  readonly stream: string;
  readonly at: Instant;
}

interface Scope {
  readonly gateway: string;
  /** Names that rows of the file use, with type and number and without: see `orderNameIn`. */
  readonly names: Iterable<string>;
  /** Days the file is about: movements in between are kept even where no row names them. */
  readonly from: string;
  readonly to: string;
}

type Provider = { readonly call?: number; readonly reference?: string } | undefined;

const clearing = clearingOf('');

/**
 * What the ledger knows of one provider, folded from its events in the order of the log. Holds what the file names and
 * what falls into its time, not the whole ledger.
 */
export class LedgerSide {
  readonly movements = new Map<string, Movement>();
  readonly entries = new Map<string, BookedEntry>();
  /** Providers that orders were paid through. */
  readonly gateways = new Set<string>();
  /** Balance of suspense by currency. */
  readonly suspense = new Map<Currency, bigint>();
  readonly #scope: Scope;
  readonly #names: ReadonlySet<string>;
  readonly #externalIds = new Map<string, string>();
  readonly #disputesWon = new Map<string, number>();

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#names = new Set(scope.names);
  }

  take(event: OrderEvent | BooksEvent, facts: Facts): void {
    const orderId = idOf(facts.stream);
    switch (event.type) {
      case 'OrderPlaced': {
        const { externalId } = event.data;
        if (externalId !== undefined && this.#names.has(externalId))
          this.#externalIds.set(orderId, externalId);
        break;
      }
      case 'PaymentCaptured': {
        const { capture, fee, provider, postings } = event.data;
        this.#book('capture', capture, facts, postings, fee?.amount, provider);
        break;
      }
      case 'RefundRequested':
        this.#expect(event.data, facts);
        break;
      case 'RefundSettled': {
        const { refund, provider, postings } = event.data;
        this.#book('refund', refund, facts, postings, undefined, provider);
        break;
      }
      case 'RefundFailed':
        this.movements.delete(movementId({ orderId, type: 'refund', ordinal: event.data.refund }));
        break;
      case 'ChargebackOpened': {
        const { chargeback, fee, postings } = event.data;
        this.#book('dispute', chargeback, facts, postings, fee?.amount);
        break;
      }
      case 'ChargebackWon': {
        const won = (this.#disputesWon.get(orderId) ?? 0) + 1;
        this.#disputesWon.set(orderId, won);
        this.#book('dispute_won', won, facts, event.data.postings, undefined);
        break;
      }
      case 'EntryPosted':
        this.#enter(event.data, facts);
        break;
      default:
    }
  }

  #book(
    type: RowType,
    ordinal: number,
    { stream, at }: Facts,
    postings: readonly Posting[],
    fee: number | undefined,
    provider?: Provider,
  ): void {
    for (const { debit, credit } of postings)
      for (const code of [debit, credit])
        if (code.startsWith(clearing)) this.gateways.add(code.slice(clearing.length));
    const orderId = idOf(stream);
    const named = { orderId, type, ordinal, externalId: this.#externalIds.get(orderId), provider };
    const id = movementId(named);
    this.movements.delete(id);
    const effect = effectOn(this.#scope.gateway, postings);
    const [first] = postings;
    // Without postings it is from before there were books, and with those of another provider it is not about this one.
    if (effect === undefined || first === undefined) return;
    this.#keep({
      type,
      id,
      names: namesOf(named),
      gross: effect.gross,
      fee,
      currency: first.currency,
      day: at.slice(0, 10),
      isSettled: true,
    });
  }

  /** A refund that a provider was asked for: in the books once the provider has confirmed it. */
  #expect(
    { refund, amount, provider, postings }: Extract<OrderEvent, { readonly type: 'RefundRequested' }>['data'],
    { stream, at }: Facts,
  ): void {
    if (provider?.gateway !== this.#scope.gateway || postings.length === 0) return;
    const orderId = idOf(stream);
    const externalId = this.#externalIds.get(orderId);
    const named = { orderId, type: 'refund', ordinal: refund, externalId, provider } as const;
    this.#keep({
      type: 'refund',
      id: movementId(named),
      names: namesOf(named),
      gross: 0 - amount.amount,
      fee: undefined,
      currency: amount.currency,
      day: at.slice(0, 10),
      isSettled: false,
    });
  }

  #enter(
    { entryId, postings, reference, reverses }: Extract<BooksEvent, { readonly type: 'EntryPosted' }>['data'],
    { at }: Facts,
  ): void {
    for (const { debit, credit, amount, currency } of postings) {
      const by = BigInt(amount) * BigInt(Number(debit === '1900') - Number(credit === '1900'));
      this.suspense.set(currency, (this.suspense.get(currency) ?? 0n) + by);
    }
    const [first] = postings;
    if (first === undefined) return;
    const { currency } = first;
    this.entries.set(entryId, { entryId, currency, ...(reference !== undefined && { reference }) });
    const undone = reverses === undefined ? undefined : this.entries.get(reverses);
    if (undone !== undefined) {
      this.entries.set(undone.entryId, { ...undone, reversedBy: entryId });
      this.movements.delete(entryMovementId(undone.entryId));
      return;
    }
    if (isDifferenceReference(reference)) return;
    const plain = postings.filter(({ debit, credit }) => debit !== '1900' && credit !== '1900');
    const effect = effectOn(this.#scope.gateway, plain);
    const type = effect === undefined ? undefined : entryTypes[effect.counter];
    if (effect === undefined || type === undefined) return;
    this.#keep({
      type,
      id: entryMovementId(entryId),
      names: [...(reference === undefined ? [] : [reference]), entryId],
      gross: effect.gross,
      fee: effect.fee,
      currency,
      day: at.slice(0, 10),
      isSettled: true,
    });
  }

  #keep(movement: Movement): void {
    const { names, day } = movement;
    const { from, to } = this.#scope;
    const isNamed = names.some((name) => this.#names.has(name));
    if (isNamed || (day >= from && day <= to)) this.movements.set(movement.id, movement);
  }
}

function entryMovementId(entryId: string): string {
  return `entry/${entryId}`;
}

/** What an entry against the provider's account is about, by the other account. Any other is a correction. */
const entryTypes: Readonly<Record<string, RowType>> = { '1000': 'payout', '5000': 'fee', '5100': 'fee' };
