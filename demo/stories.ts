import type { StoryName } from './book/story-names.ts';
import type { Counter } from './counter.ts';
import type { Sale } from './sale.ts';

type Story = (counter: Counter, sale: Sale) => Promise<void>;

/** A number of any customer's card would do; this one is the best known of the published test numbers. */
export const cardNumber = '4242424242424242';

/** What can happen to an order. Each story is read from top to bottom, and acted out over HTTP exactly as it stands. */
export const stories: Readonly<Record<StoryName, Story>> = {
  'plain sale': async (counter, sale) => {
    await counter.grant(sale.place(sale.order.note));
    await pay(counter, sale);
    await counter.grant(sale.fulfil());
  },

  'paid twice by an impatient finger': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.grantTwice(sale.authorize());
    await counter.grantTwice(sale.capture());
    await counter.grant(sale.fulfil());
  },

  'placed twice on a bad line': async (counter, sale) => {
    await counter.grantTwice(sale.place());
    await pay(counter, sale);
    await counter.grant(sale.fulfil());
  },

  'shipped in two parcels': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.grant(sale.authorize());
    await counter.grant(sale.capture(partOf(sale.total)));
    await counter.grant(sale.note());
    await counter.grant(sale.capture());
    await counter.grant(sale.fulfil());
  },

  'two captures at once': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.grant(sale.authorize());
    await counter.race([sale.capture(), sale.capture()], ['capture-exceeds-authorized']);
    await counter.grant(sale.fulfil());
  },

  'cancel against capture': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.grant(sale.authorize());
    const [cancel, capture] = [sale.cancel('Found it cheaper elsewhere.'), sale.capture()];
    // Both leave at the same moment; which of them is the first to leave changes from order to order.
    const winner = await counter.race(sale.total % 2 === 0 ? [cancel, capture] : [capture, cancel], [
      'order-already-cancelled',
      'order-has-captured-money',
    ]);
    if (winner.name === 'capture') await counter.grant(sale.fulfil());
  },

  'changed its mind': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.grant(sale.amend());
    await pay(counter, sale);
    await counter.refuse(sale.amend(sale.order.lines), { status: 409, reason: 'order-already-paid' });
    await counter.grant(sale.fulfil());
  },

  'one cup broken': async (counter, sale) => {
    await pendingToHandedOver(counter, sale);
    await counter.grant(sale.refund(partOf(sale.total), 'One arrived broken.'));
  },

  'sent back': async (counter, sale) => {
    await pendingToHandedOver(counter, sale);
    await counter.grant(sale.refund(partOf(sale.total), 'Half of it came back.'));
    await counter.grantTwice(sale.refund(sale.total - partOf(sale.total), 'The rest came back too.'));
  },

  'chargeback won': async (counter, sale) => {
    await pendingToHandedOver(counter, sale);
    await counter.grant(sale.openChargeback(sale.total));
    await counter.refuse(sale.refund(1, 'While it is disputed.'), {
      status: 409,
      reason: 'nothing-to-refund',
    });
    await counter.grant(sale.winChargeback(sale.total));
  },

  'chargeback lost': async (counter, sale) => {
    await pendingToHandedOver(counter, sale);
    await counter.grant(sale.openChargeback(partOf(sale.total)));
    await counter.grant(sale.loseChargeback(partOf(sale.total)));
  },

  'chargeback open': async (counter, sale) => {
    await pendingToHandedOver(counter, sale);
    await counter.grant(sale.openChargeback(partOf(sale.total)));
  },

  'cancelled at the counter': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.grant(sale.cancel('Ordered by accident.'));
    await counter.refuse(sale.authorize(), { status: 409, reason: 'order-already-cancelled' });
  },

  'cancelled while held': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.grant(sale.authorize());
    await counter.grant(sale.cancel('Moving house, no kitchen.'));
  },

  'hold renewed': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.grant(sale.authorize());
    await counter.grant(sale.void());
    await pay(counter, sale, 'tok_mastercard');
    await counter.grant(sale.fulfil());
  },

  'less than ordered': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.grant(sale.authorize());
    await counter.grant(sale.capture(partOf(sale.total), { final: true }));
    await counter.refuse(sale.fulfil(), { status: 409, reason: 'order-not-paid' });
  },

  'till asks for too much': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.grant(sale.authorize());
    await counter.refuse(sale.capture(sale.held + 1), { status: 409, reason: 'capture-exceeds-authorized' });
    await counter.grant(sale.capture());
    await counter.grant(sale.fulfil());
  },

  'shipped too early': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.refuse(sale.fulfil(), { status: 409, reason: 'order-not-paid' });
    await pay(counter, sale);
    await counter.grant(sale.fulfil());
  },

  'refund larger than life': async (counter, sale) => {
    await pendingToHandedOver(counter, sale);
    const refund = sale.refund(sale.total + 1, 'And something for the trouble.');
    await counter.refuse(refund, { status: 409, reason: 'refund-exceeds-refundable' });
  },

  'curious neighbour': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.showToOutsider(sale.note('I was never here.'));
    await pay(counter, sale);
  },

  'card number in the wrong field': async (counter, sale) => {
    await counter.grant(sale.place());
    const withCard = sale.authorize(sale.total, cardNumber);
    await counter.refuse(withCard, { status: 422, reason: 'unprocessable' });
    await pay(counter, sale);
  },

  'recycled key': async (counter, sale) => {
    await counter.grant(sale.place());
    const hold = sale.authorize();
    await counter.grant(hold);
    await counter.reuseKey(hold, { amount: sale.total + 1_000, method: { token: 'tok_visa' } });
    await counter.grant(sale.capture());
  },

  'two clerks, one order': async (counter, sale) => {
    await counter.grant(sale.place());
    await counter.grant(sale.note());
    const stale = sale.note('Written while looking at an old screen.');
    const onOldScreen = { ...stale, request: { ...stale.request, ifMatch: 0 } };
    await counter.refuse(onOldScreen, { status: 412, reason: 'revision-mismatch' });
    await pay(counter, sale);
  },

  'still thinking': async (counter, sale) => {
    await counter.grant(sale.place(sale.order.note));
  },
};

async function pay(counter: Counter, sale: Sale, token = 'tok_visa'): Promise<void> {
  await counter.grant(sale.authorize(sale.total, token));
  await counter.grant(sale.capture());
}

async function pendingToHandedOver(counter: Counter, sale: Sale): Promise<void> {
  await counter.grant(sale.place());
  await pay(counter, sale);
  await counter.grant(sale.fulfil());
}

/** Three eighths: a part that hardly ever comes out even. */
function partOf(amount: number): number {
  return Math.max(1, Math.floor((amount * 3) / 8));
}
