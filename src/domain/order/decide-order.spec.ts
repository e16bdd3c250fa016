import { describe, expect, it } from 'vitest';
import { ask, eur, given, ids, linesOf, was, whole } from '../../../test/support/order-builders.ts';
import { linesBeyondCounting } from '../../../test/support/order-questions.ts';
import { amountMax } from '../kernel/money.ts';
import { optionalRevisionMax, revisionMax } from './guards.ts';

const held = [was.placed(), was.authorized(whole)];
const paid = [...held, was.captured(whole), was.paid()];
const paidByHold = [was.placed(whole, { paidWhen: 'authorized' }), was.authorized(whole), was.paid()];

describe('placing an order', () => {
  it('records what was ordered, its exact total and its urgency', () => {
    const order = given().when(ask.place()).then(was.placed());
    expect(order).toMatchObject({ status: 'pending', phase: 'placed', total: eur(whole), revision: 0 });
    expect(order.payment).toMatchObject({ status: 'created', payable: eur(whole) });
  });

  it('works on a stream that holds nothing but a refusal', () => {
    expect(given(was.refused).when(ask.place()).then(was.placed()).revision).toBe(1);
  });

  it('takes everything a caller may say about it, and keeps the note as the first of its notes', () => {
    const placed = { ...ask.place(), externalId: 'A-1' as never, sourceStatus: 'Shipped', note: 'by noon' };
    const { type, ...data } = placed;
    const order = given()
      .when({ type, ...data })
      .then({ type: 'OrderPlaced', data: { ...data, ...was.placed().data, note: 'by noon' } });
    expect(order).toMatchObject({ externalId: 'A-1', sourceStatus: 'Shipped' });
    expect(order.notes).toEqual([{ note: 'by noon', addedBy: 'customer-1', at: order.placedAt }]);
    expect(order).not.toHaveProperty('note');
  });

  it('is as urgent as its most urgent line', () => {
    const lines = (['low', 'critical', 'high'] as const).flatMap((priority) =>
      linesOf(10).map((line) => ({ ...line, priority })),
    );
    const command = { ...ask.place(), lines };
    const { type: _, ...data } = command;
    given()
      .when(command)
      .then({ type: 'OrderPlaced', data: { ...data, lines, total: eur(30), priority: 'critical' } });
  });

  it('may cost nothing, and as much as can be counted', () => {
    given().when(ask.place(0)).then(was.placed(0));
    given().when(ask.place(amountMax)).then(was.placed(amountMax));
  });

  it('is refused where one was placed, whatever became of it', () => {
    given(was.placed()).when(ask.place()).refused('order-already-placed', '2026-01-05T09:00:00.000Z');
    given(was.placed(), was.cancelled()).when(ask.place()).refused('order-already-placed');
  });

  it('is refused where one more minor unit cannot be counted', () => {
    given()
      .when({ ...ask.place(), lines: linesBeyondCounting })
      .refused('total-too-large', String(amountMax));
  });
});

describe('amending the lines', () => {
  it('replaces lines and total, and says what the total was', () => {
    const order = given(was.placed()).when(ask.amend(250)).then(was.amended(250));
    expect(order.payment).toMatchObject({ payable: eur(250), open: { authorize: eur(250) } });
  });

  it('may go down to nothing and up again', () => {
    given(was.placed()).when(ask.amend(0)).then(was.amended(0));
    given(was.placed(), was.amended(0)).when(ask.amend(90)).then(was.amended(90, 0));
  });

  it('is possible again once a hold was voided', () => {
    const order = given(...held, was.voided(whole))
      .when(ask.amend(40))
      .then(was.amended(40));
    expect(order.payment.open).toEqual({ authorize: eur(40), capture: eur(0), refund: eur(0) });
  });

  it('changes the urgency with the lines', () => {
    const lines = linesOf(whole).map((line) => ({ ...line, priority: 'max' as const }));
    const data = { lines, total: eur(whole), previousTotal: eur(whole), priority: 'max' as const };
    const order = given(was.placed())
      .when({ type: 'AmendLines', lines })
      .then({ type: 'OrderLinesAmended', data });
    expect(order.priority).toBe('max');
  });

  it('is refused on an order that is cancelled, paid or completed', () => {
    given(was.placed(), was.cancelled()).when(ask.amend(1)).refused('order-already-cancelled');
    given(...paid)
      .when(ask.amend(1))
      .refused('order-already-paid');
    given(...paid, was.fulfilled, was.completed())
      .when(ask.amend(1))
      .refused('order-already-paid');
  });

  it('is refused while money is held or captured, and after all that was captured was returned', () => {
    const hold = '1.00 EUR is authorized and 0.00 EUR captured';
    given(...held)
      .when(ask.amend(1))
      .refused('lines-locked-by-payment', hold);
    given(...held, was.captured(60), was.released(40))
      .when(ask.amend(1))
      .refused('lines-locked-by-payment', '0.60 EUR captured');
    given(...held, was.captured(60), was.released(40), ...was.refunded(60))
      .when(ask.amend(1))
      .refused('lines-locked-by-payment');
  });

  it('is refused where the new total cannot be counted', () => {
    given(was.placed()).when({ type: 'AmendLines', lines: linesBeyondCounting }).refused('total-too-large');
  });

  it('is refused once the history is full of what a customer can repeat at will', () => {
    given(was.placed())
      .atRevision(optionalRevisionMax - 1)
      .when(ask.amend(1))
      .then(was.amended(1));
    given(was.placed()).atRevision(optionalRevisionMax).when(ask.amend(1)).refused('order-history-full');
  });
});

describe('cancelling', () => {
  it('closes a pending order for payment', () => {
    const order = given(was.placed()).when(ask.cancel).then(was.cancelled());
    expect(order).toMatchObject({
      status: 'cancelled',
      phase: 'cancelled',
      cancelReason: 'changed my mind',
      cancelledAt: order.updatedAt,
    });
    expect(order.payment).toMatchObject({ closed: true, open: { authorize: eur(0) } });
  });

  it('gives back what is held in the same append', () => {
    given(...held)
      .when(ask.cancel)
      .then(was.voided(whole), was.cancelled());
    given(...paidByHold)
      .when(ask.cancel)
      .then(was.voided(whole), was.cancelled('paid'));
  });

  it('releases the rest of a hold of which a captured part was refunded', () => {
    given(...held, was.captured(60), ...was.refunded(60))
      .when(ask.cancel)
      .then(was.released(40), was.cancelled());
  });

  it('is possible once everything captured was refunded or lost to chargebacks', () => {
    given(...paid, ...was.refunded(whole))
      .when(ask.cancel)
      .then(was.cancelled('paid'));
    given(...paid, ...was.refunded(30), was.disputed(70), was.lost(70))
      .when(ask.cancel)
      .then(was.cancelled('paid'));
  });

  it('is refused while captured money is kept, under dispute or won back', () => {
    const code = 'order-has-captured-money';
    given(...paid)
      .when(ask.cancel)
      .refused(code, '1.00 EUR');
    given(...paid, ...was.refunded(99))
      .when(ask.cancel)
      .refused(code, '0.01 EUR');
    given(...paid, was.disputed(whole))
      .when(ask.cancel)
      .refused(code);
    given(...paid, was.disputed(whole), was.lost(60), was.won(40))
      .when(ask.cancel)
      .refused(code, '0.40 EUR');
  });

  it('is refused on an order that is cancelled, fulfilled or completed', () => {
    given(was.placed(), was.cancelled()).when(ask.cancel).refused('order-already-cancelled');
    given(...paidByHold, was.fulfilled)
      .when(ask.cancel)
      .refused('order-already-fulfilled');
    given(...paid, was.fulfilled, was.completed(), ...was.refunded(whole))
      .when(ask.cancel)
      .refused('order-already-fulfilled');
  });

  it('cannot be crowded out by what a customer repeats, only by the end of all history', () => {
    given(was.placed()).atRevision(optionalRevisionMax).when(ask.cancel).then(was.cancelled());
    given(was.placed()).atRevision(revisionMax).when(ask.cancel).refused('order-history-full');
  });
});

describe('adding a note', () => {
  it('keeps who said it and when, in whatever state the order is', () => {
    const order = given(was.placed(), was.cancelled()).when(ask.note).then(was.noted);
    expect(order.notes).toEqual([{ note: 'ring twice', addedBy: ids.operator, at: order.updatedAt }]);
  });

  it('is refused after a hundred notes, the one of the placement included', () => {
    const noted = (count: number) => Array.from({ length: count }, () => was.noted);
    const { type, data } = was.placed();
    const withNote = { type, data: { ...data, note: 'by noon' } };
    given(withNote, ...noted(98))
      .when(ask.note)
      .then(was.noted);
    given(withNote, ...noted(99))
      .when(ask.note)
      .refused('too-many-notes', '100');
  });

  it('is refused once the history is full of what a customer can repeat at will', () => {
    given(was.placed()).atRevision(optionalRevisionMax).when(ask.note).refused('order-history-full');
  });
});
