import type { Dice } from './dice.ts';
import type { Swarm } from './faults.ts';

/** What one caller does once. */
export interface Step {
  readonly number: number;
  readonly caller: number;
  readonly thinkMs: number;
  /** `storm`: the same request several times at once. */
  readonly kind: 'command' | 'read' | 'storm';
  readonly operation: string;
  readonly order: number;
  readonly customer: number;
  /** Whether it comes from somebody who acts for every customer; else from the customer. */
  readonly isOperator: boolean;
  readonly key: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** `If-Match` with the revision last seen. */
  readonly isConditional: boolean;
}

const ownOperations = ['cancelOrder', 'addNote', 'authorizePayment', 'voidPayment', 'amendLines'];
const operatorOperations = [
  'fulfilOrder',
  'capturePayment',
  'refundPayment',
  'chargebackPayment',
  'retryPayment',
];
/** What most orders see, so that most commands meet an order that can do something with them. */
const usual = [
  'authorizePayment',
  'capturePayment',
  'capturePayment',
  'refundPayment',
  'fulfilOrder',
  'chargebackPayment',
];
const tokens = [
  'tok_visa',
  'tok_approve',
  'tok_approve',
  'tok_decline',
  'tok_timeout_then_ok',
  'tok_timeout_lost',
  'tok_approve_after_cancel',
  'tok_dispute',
  'tok_technical_2',
  'tok_technical_9',
];

/** So many different keys: the same one comes from several callers, and for several orders. */
const keys = 101;

/** The customer that an order belongs to. */
export function ownerOf(order: number, { customers }: Pick<Swarm, 'customers'>): number {
  return order % customers;
}

/** Everything that callers will do, in the order in which it is given out to them. */
export function scriptOf(dice: Dice, swarm: Swarm): readonly Step[] {
  const steps: Step[] = [];
  const placed = new Set<number>();
  for (let number = 0; number < swarm.commands; number++) {
    const earlier = steps.length > 0 && dice.chance(0.12) ? dice.pick(steps) : undefined;
    steps.push(
      earlier === undefined || earlier.kind === 'read'
        ? freshStep(number, dice, swarm, placed)
        : repeatedStep(number, dice, swarm, earlier),
    );
  }
  return steps;
}

function freshStep(number: number, dice: Dice, swarm: Swarm, placed: Set<number>): Step {
  const order = dice.below(swarm.orders);
  const isPlaced = placed.has(order);
  const isRead = isPlaced && dice.chance(swarm.reads);
  const operation = isRead ? 'getOrder' : isPlaced ? operationFor(dice, swarm) : 'placeOrder';
  placed.add(order);
  const needsOperator = operatorOperations.includes(operation);
  const isStranger = dice.chance(0.03);
  return {
    ...{ number, operation, order },
    ...{ caller: dice.below(swarm.callers), thinkMs: dice.below(20) },
    kind: isRead ? 'read' : dice.chance(0.05) ? 'storm' : 'command',
    isOperator: operation !== 'placeOrder' && (needsOperator || dice.chance(0.3)),
    customer: isStranger && operation !== 'placeOrder' ? ownerOf(order + 1, swarm) : ownerOf(order, swarm),
    key: `sim-key-${operation === 'placeOrder' ? `place-${order}` : number % keys}`,
    body: isRead ? {} : bodyOf(operation, order, dice, swarm),
    isConditional: !isRead && operation !== 'placeOrder' && dice.chance(0.1),
  };
}

/** Disputes come from the provider, where there is one. */
function operationFor(dice: Dice, { asksProvider }: Swarm): string {
  if (dice.chance(0.05)) return 'cancelOrder';
  const drawn = dice.chance(0.7) ? dice.pick(usual) : dice.pick([...ownOperations, ...operatorOperations]);
  return asksProvider && drawn === 'chargebackPayment' ? 'retryPayment' : drawn;
}

/** The same key once more: for the same request, or by mistake for another. */
function repeatedStep(number: number, dice: Dice, swarm: Swarm, earlier: Step): Step {
  const isSame = dice.chance(0.8);
  return {
    ...earlier,
    number,
    caller: dice.below(swarm.callers),
    thinkMs: dice.below(20),
    ...(!isSame && { body: bodyOf(earlier.operation, earlier.order, dice, swarm) }),
  };
}

/** The total that an order is placed with, in minor units. */
export function totalOf(order: number): number {
  return 100 * (1 + (order % 7)) * (1 + (order % 3));
}

function bodyOf(operation: string, order: number, dice: Dice, swarm: Swarm): Step['body'] {
  const total = totalOf(order);
  const some = () => (dice.chance(0.5) ? {} : { amount: 1 + dice.below(total + 10) });
  switch (operation) {
    case 'placeOrder':
      return {
        currency: 'EUR',
        lines: linesOf(order, 0),
        ...(swarm.asksProvider &&
          order % 4 !== 0 && { payment: { method: { token: tokens[order % tokens.length] } } }),
      };
    case 'amendLines':
      return { lines: linesOf(order, dice.below(3)) };
    case 'cancelOrder':
      return { reason: `reason ${dice.below(3)}` };
    case 'addNote':
      return { note: `note ${dice.below(100)}` };
    case 'authorizePayment':
      return { ...(swarm.asksProvider ? {} : some()), method: { token: dice.pick(tokens) } };
    case 'capturePayment':
      return { ...some(), ...(dice.chance(0.2) && { final: true }) };
    case 'refundPayment':
      return { ...some(), reason: 'returned' };
    case 'chargebackPayment':
      return { amount: 1 + dice.below(total), action: dice.pick(['open', 'won', 'lost']) };
    default:
      return {};
  }
}

function linesOf(order: number, more: number) {
  const quantity = 1 + (order % 3);
  return [
    {
      kind: 'single',
      sku: `SKU-${order % 5}`,
      label: `Thing ${order % 5}`,
      quantity,
      unitPrice: 100 * (1 + (order % 7)) + more,
    },
  ];
}
