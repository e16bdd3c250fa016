import { moneyOf } from '../../src/domain/kernel/money.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { GatewayAnswer, GatewayCall, PaymentGateway } from '../../src/ports/payment-gateway.ts';

/**
 * How one try at a call goes. `lost` and `unheard` look alike to the caller: nobody knows; the first did nothing, the second
 * took effect. `silent` takes effect and never answers; `breaks` takes effect and rejects; `short` approves less.
 */
export type Fate = 'well' | 'declined' | 'failed' | 'lost' | 'unheard' | 'silent' | 'breaks' | 'short';

export interface ScriptedGateway extends PaymentGateway {
  /** Every try at a call, and every question about one, in order: `authorize`, `inquire`, … */
  readonly asked: string[];
  readonly calls: GatewayCall[];
  /** Fates of the next tries, in turn; after them all go well. */
  script(...fates: readonly Fate[]): void;
  /** Decides the fate of tries that no script is left for. */
  otherwise(fate: (call: GatewayCall, tries: number) => Fate): void;
  /** What took effect, by key. A key stands for one effect, however often it is used. */
  readonly effects: ReadonlyMap<string, GatewayCall>;
  balances(): Promise<ReadonlyMap<string, { readonly cleared: string; readonly held: string }>>;
}

export const gatewayFee = 3;
const holdMs = 7 * 86_400_000;

/** A payment provider that does as it is told, with a book of its own that outlives whoever asks. */
export function createScriptedGateway(clock: Pick<Clock, 'now'>): ScriptedGateway {
  const answers = new Map<string, GatewayAnswer>();
  const effects = new Map<string, GatewayCall>();
  const tries = new Map<string, number>();
  const fates: Fate[] = [];
  const asked: string[] = [];
  const calls: GatewayCall[] = [];
  let otherwise: (call: GatewayCall, tries: number) => Fate = () => 'well';

  return {
    name: 'scripted',
    isCallable: true,
    asked,
    calls,
    effects,
    script: (...more) => void fates.push(...more),
    otherwise: (fate) => {
      otherwise = fate;
    },
    call: async (call) => {
      asked.push(call.operation);
      calls.push(call);
      const number = (tries.get(call.key) ?? 0) + 1;
      tries.set(call.key, number);
      return answerTo(call, fates.shift() ?? otherwise(call, number));
    },
    inquire: async (key) => {
      asked.push('inquire');
      return answers.get(key) ?? { kind: 'not-found' };
    },
    balances: async () => new Map([['EUR', bookOf([...effects.values()])]]),
    readWebhook: () => {
      throw new Error('nobody reports here');
    },
    close: async () => {},
  };

  function answerTo(call: GatewayCall, fate: Fate): GatewayAnswer | Promise<GatewayAnswer> {
    switch (fate) {
      case 'failed':
        return { kind: 'failed', code: 'technical-error' };
      case 'lost':
        return { kind: 'unknown', code: 'timeout' };
      case 'unheard':
        decide(call, fate);
        return { kind: 'unknown', code: 'timeout' };
      case 'silent':
        decide(call, fate);
        return new Promise(() => {});
      case 'breaks':
        decide(call, fate);
        return Promise.reject(new Error('connection reset'));
      default:
        return decide(call, fate);
    }
  }

  /** What was decided under a key stays decided. */
  function decide(call: GatewayCall, fate: Fate): GatewayAnswer {
    const before = answers.get(call.key);
    if (before !== undefined) return before;
    const answer =
      fate === 'declined' ? ({ kind: 'declined', code: 'insufficient-funds' } as const) : approve(call, fate);
    answers.set(call.key, answer);
    if (answer.kind === 'approved') effects.set(call.key, call);
    return answer;
  }

  function approve({ operation, amount, reference, paymentId }: GatewayCall, fate: Fate): GatewayAnswer {
    const { currency } = amount;
    const expiresAt = new Date(Date.parse(clock.now()) + holdMs).toISOString();
    return {
      kind: 'approved',
      reference: reference ?? `ref-${paymentId}`,
      amount: fate === 'short' ? moneyOf(amount.amount - 1, currency) : amount,
      ...(operation === 'capture' && { fee: moneyOf(gatewayFee, currency) }),
      ...(operation === 'authorize' && { expiresAt: expiresAt as ReturnType<Clock['now']> }),
    };
  }
}

function bookOf(effects: readonly GatewayCall[]) {
  const sum = (operation: GatewayCall['operation']) =>
    effects
      .filter((call) => call.operation === operation)
      .reduce((total, { amount }) => total + amount.amount, 0);
  const captures = effects.filter(({ operation }) => operation === 'capture');
  const held = sum('authorize') - sum('capture') - sum('void');
  return {
    cleared: String(sum('capture') - sum('refund') - captures.length * gatewayFee),
    held: String(held),
  };
}
