import type { AmountInput, OrderCommand } from '../../src/domain/order/commands.ts';
import type { PaidWhen } from '../../src/domain/order/state.ts';

type MoneyCommand = Extract<OrderCommand, { readonly amount?: AmountInput }>;

const countable = 2n ** 53n - 1n;

/**
 * What an order in EUR may do with money, kept a second time and in another way: plain sums of what was moved, in
 * BigInt, and for every command the one question whether it may move what it asks for. It shares nothing with the
 * decisions it judges, knows no events and no codes, and is written from the rules, not from the code.
 */
export class OrderMoneyModel {
  readonly #paysWithHold: boolean;
  #price: bigint;
  #authorized = 0n;
  #captured = 0n;
  #givenBack = 0n;
  #refunded = 0n;
  #disputed = 0n;
  #lost = 0n;
  #isPaid = false;
  #isFulfilled = false;
  #isCancelled = false;

  constructor(price: number, paidWhen: PaidWhen) {
    this.#price = BigInt(price);
    this.#paysWithHold = paidWhen === 'authorized';
  }

  /** Another of the same, to be told something else from here on. */
  copy(): OrderMoneyModel {
    const copy = new OrderMoneyModel(0, this.#paysWithHold ? 'authorized' : 'captured');
    copy.#price = this.#price;
    copy.#authorized = this.#authorized;
    copy.#captured = this.#captured;
    copy.#givenBack = this.#givenBack;
    copy.#refunded = this.#refunded;
    copy.#disputed = this.#disputed;
    copy.#lost = this.#lost;
    copy.#isPaid = this.#isPaid;
    copy.#isFulfilled = this.#isFulfilled;
    copy.#isCancelled = this.#isCancelled;
    return copy;
  }

  get status(): 'pending' | 'paid' | 'completed' | 'cancelled' {
    if (this.#isCancelled) return 'cancelled';
    if (this.#isFulfilled && this.#captured === this.#price) return 'completed';
    return this.#isPaid ? 'paid' : 'pending';
  }

  /** Every sum, by the name the payment account gives it. */
  get sums() {
    return {
      payable: this.#price,
      authorized: this.#authorized,
      captured: this.#captured,
      voided: this.#givenBack,
      refunded: this.#refunded,
      disputed: this.#disputed,
      chargedBack: this.#lost,
    };
  }

  get #held(): bigint {
    return this.#authorized - this.#captured - this.#givenBack;
  }

  get #kept(): bigint {
    return this.#captured - this.#refunded - this.#lost;
  }

  /** Does it, or answers `false` and does nothing where the rules forbid it. */
  tell(command: OrderCommand): boolean {
    switch (command.type) {
      case 'PlaceOrder':
        return false;
      case 'AddNote':
        return true;
      case 'AmendLines':
        return this.#amend(
          command.lines.reduce((sum, line) => sum + BigInt(line.quantity) * BigInt(line.unitPrice), 0n),
        );
      case 'CancelOrder':
        return this.#cancel();
      case 'FulfilOrder':
        return this.#fulfil();
      case 'VoidPayment':
        return this.#giveBack();
      // It knows orders whose callers report what their own provider did.
      case 'RecordAnswer':
      case 'RetryPayment':
        return false;
      case 'ExpireAuthorization':
        return true;
      default:
        return this.#move(command);
    }
  }

  #amend(price: bigint): boolean {
    const untouched = this.#captured === 0n && this.#held === 0n;
    if (this.#isCancelled || this.#isPaid || !untouched || price > countable) return false;
    this.#price = price;
    return true;
  }

  #cancel(): boolean {
    if (this.#isCancelled || this.#isFulfilled || this.#kept > 0n) return false;
    this.#givenBack += this.#held;
    this.#isCancelled = true;
    return true;
  }

  #fulfil(): boolean {
    const paid = this.#isPaid || this.#price === 0n;
    const left = this.#price === 0n || this.#kept + this.#held > 0n;
    if (this.#isCancelled || this.#isFulfilled || !paid || !left) return false;
    this.#isFulfilled = true;
    this.#isPaid = true;
    return true;
  }

  #giveBack(): boolean {
    if (this.#isCancelled || this.#held === 0n || this.#isPaid) return false;
    this.#givenBack += this.#held;
    return true;
  }

  #move(command: MoneyCommand): boolean {
    const { amount: asked } = command;
    if (typeof asked === 'object' && asked.currency !== 'EUR') return false;
    const most = this.#mostOf(command);
    const amount = asked === undefined ? most : BigInt(typeof asked === 'number' ? asked : asked.amount);
    if (amount <= 0n || amount > most) return false;
    const rest = this.#held - amount;
    if (command.type === 'CapturePayment' && command.final === true && this.#isPaid && rest > 0n)
      return false;
    this.#book(command, amount);
    return true;
  }

  /** The most that a command of this kind may move now. */
  #mostOf({ type }: MoneyCommand): bigint {
    const dead = this.#isCancelled;
    switch (type) {
      case 'AuthorizePayment': {
        const uncovered = this.#price - this.#captured - this.#held;
        const uncounted = countable - this.#authorized;
        if (dead || this.#isPaid) return 0n;
        return uncovered < uncounted ? uncovered : uncounted;
      }
      case 'CapturePayment':
        return dead ? 0n : this.#held;
      case 'RefundPayment':
      case 'OpenDispute':
        return this.#kept - this.#disputed;
      case 'ResolveDispute':
        return this.#disputed;
    }
  }

  #book(command: MoneyCommand, amount: bigint): void {
    switch (command.type) {
      case 'AuthorizePayment':
        this.#authorized += amount;
        break;
      case 'CapturePayment':
        this.#captured += amount;
        if (command.final === true) this.#givenBack += this.#held;
        break;
      case 'RefundPayment':
        this.#refunded += amount;
        break;
      case 'OpenDispute':
        this.#disputed += amount;
        break;
      case 'ResolveDispute':
        this.#disputed -= amount;
        if (command.outcome === 'lost') this.#lost += amount;
        break;
    }
    const covered = this.#captured + (this.#paysWithHold ? this.#held : 0n);
    if (this.#price > 0n && covered === this.#price) this.#isPaid = true;
  }
}
