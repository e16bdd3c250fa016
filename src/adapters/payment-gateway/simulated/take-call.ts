import type { GatewayAnswer, GatewayCall, GatewayInquiry } from '../../../ports/payment-gateway.ts';
import { amountIn, type Row, textIn } from './book.ts';
import { chance } from './chance.ts';
import type { Provider } from './holds.ts';
import { report } from './outbox.ts';
import { type Decided, perform } from './perform.ts';
import { behaviourOf } from './tokens.ts';

/**
 * Takes one try at a call. Its key is what makes it one call: whatever the number of tries, it is performed once and
 * answered alike. Within a `write` of the book.
 */
export function takeCall(provider: Provider, call: GatewayCall, nowMs: number): GatewayAnswer {
  const { book } = provider;
  const { key, paymentId } = call;
  const content = contentOf(call);
  const known = book.row('SELECT content, tries, answer FROM calls WHERE key = ?', key);
  if (known !== undefined && textIn(known, 'content') !== content) {
    return { kind: 'failed', code: 'key-reused' };
  }
  const number = amountIn(known, 'tries') + 1;
  book.run(
    `INSERT INTO calls (key, payment, content, tries) VALUES (?, ?, ?, 1)
       ON CONFLICT (key) DO UPDATE SET tries = tries + 1`,
    key,
    paymentId,
    content,
  );
  const decided = answerIn(known);
  const fate = fateOf(provider, call, number, decided !== undefined);
  if (fate === 'failed') return { kind: 'failed', code: 'technical-error' };
  if (fate === 'late') planApproval(provider, call, nowMs);
  if (fate === 'lost' || fate === 'late') return unheard;
  const answer = decided ?? decide(provider, call, nowMs);
  return fate === 'unheard' ? unheard : answer;
}

/** What the book says of a key. Within a `read` of the book. */
export function inquiryOf({ book }: Provider, key: string): GatewayInquiry {
  return answerIn(book.row('SELECT answer FROM calls WHERE key = ?', key)) ?? { kind: 'not-found' };
}

/** Performs a call that was taken before and left open, unless that has happened meanwhile. Within a `write` of the book. */
export function performLate(provider: Provider, key: string, nowMs: number): Decided | undefined {
  const row = provider.book.row('SELECT content, answer FROM calls WHERE key = ?', key);
  if (row === undefined || answerIn(row) !== undefined) return undefined;
  // The content is what this file wrote of a call.
  return decide(provider, JSON.parse(textIn(row, 'content')) as GatewayCall, nowMs);
}

const unheard: GatewayAnswer = { kind: 'unknown', code: 'timeout' };

/** `unheard`: it takes effect and its answer is lost. `late`: it will take effect when nobody waits any more. */
type Fate = 'well' | 'failed' | 'lost' | 'unheard' | 'late';

/** How a try goes: by the token of its payment, or by chance. What was decided cannot fail any more, only go unheard. */
function fateOf({ book, knobs }: Provider, call: GatewayCall, number: number, isDecided: boolean): Fate {
  const { key, operation, paymentId } = call;
  const held = book.row(
    'SELECT token FROM authorizations WHERE payment = ? ORDER BY number DESC LIMIT 1',
    paymentId,
  );
  const token =
    operation === 'authorize' ? (call.token ?? '') : held === undefined ? '' : textIn(held, 'token');
  const { failures = 0, firstTry, isLate = false } = behaviourOf(token);
  if (!isDecided) {
    if (isLate && operation === 'authorize') return 'late';
    if (number <= failures) return 'failed';
    if (chance(knobs.seed, 'failure', key, number) < knobs.failRate) return 'failed';
  }
  if (number === 1 && firstTry !== undefined) return firstTry;
  if (chance(knobs.seed, 'timeout', key, number) >= knobs.timeoutRate) return 'well';
  return chance(knobs.seed, 'effect', key, number) < 0.5 ? 'unheard' : 'lost';
}

function decide(provider: Provider, call: GatewayCall, nowMs: number): Decided {
  const { key, paymentId, amount } = call;
  const answer = perform(provider, call, nowMs);
  provider.book.run('UPDATE calls SET answer = ? WHERE key = ?', JSON.stringify(answer), key);
  if (answer.kind === 'declined') {
    report(provider, key, nowMs, { type: 'call.declined', paymentId, key, amount, code: answer.code });
  } else {
    const { kind: _, ...said } = answer;
    report(provider, key, nowMs, { type: 'call.approved', paymentId, key, ...said });
  }
  return answer;
}

function planApproval({ book, knobs }: Provider, { key, paymentId }: GatewayCall, nowMs: number): void {
  book.run(
    "INSERT INTO plans (kind, payment, key, due_ms) VALUES ('approve', ?, ?, ?) ON CONFLICT DO NOTHING",
    paymentId,
    key,
    nowMs + knobs.lateMs,
  );
}

function answerIn(row: Row | undefined): Decided | undefined {
  const answer = row?.['answer'];
  // An answer is what this file wrote.
  return typeof answer === 'string' ? (JSON.parse(answer) as Decided) : undefined;
}

/** The same text for the same call, whatever the order of its members. */
function contentOf(call: GatewayCall): string {
  const { operation, key, paymentId, amount, token, reference, final } = call;
  const { currency } = amount;
  return JSON.stringify({
    operation,
    key,
    paymentId,
    amount: { amount: amount.amount, currency },
    token,
    reference,
    final,
  });
}
