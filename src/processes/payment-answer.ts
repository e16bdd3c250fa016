import { type Instant, storedInstant } from '../domain/kernel/instant.ts';
import { money } from '../domain/kernel/money.ts';
import { printable } from '../domain/kernel/text.ts';
import type { ProviderAnswer } from '../domain/order/commands.ts';
import type { GatewayAnswer } from '../ports/payment-gateway.ts';

const retryMsMin = 1_000;
/** Either way, so that calls that failed together do not come back together. */
const jitter = 0.2;

/**
 * When a call that failed is tried again: after 1 s, 2 s, 4 s … from now.
 * @param failures before this one
 * @param fraction uniform in [0, 1)
 */
export function retryAtOf(now: Instant, failures: number, fraction: number): Instant {
  const delayMs = retryMsMin * 2 ** failures * (1 - jitter + 2 * jitter * fraction);
  return storedInstant.parse(new Date(Date.parse(now) + Math.round(delayMs)).toISOString());
}

/**
 * The answer as the order records it. What cannot be recorded is no answer: it is unknown what the provider did, and it
 * is asked again. Whether an approval is of what was asked is the order's to decide.
 */
export function providerAnswerOf(answer: GatewayAnswer, retryAt: Instant): ProviderAnswer {
  switch (answer.kind) {
    case 'approved':
      return isUsable(answer) ? answer : { kind: 'failed', code: 'unusable-answer', retryAt };
    case 'declined':
      return { kind: 'declined', code: codeOf(answer.code) };
    case 'failed':
    case 'unknown':
      return { kind: 'failed', code: codeOf(answer.code), retryAt };
  }
}

const reference = printable(200);

function isUsable(answer: Extract<GatewayAnswer, { readonly kind: 'approved' }>): boolean {
  const { amount, fee, expiresAt } = answer;
  return (
    reference.safeParse(answer.reference).success &&
    money.safeParse(amount).success &&
    (fee === undefined || (money.safeParse(fee).success && fee.currency === amount.currency)) &&
    (expiresAt === undefined || storedInstant.safeParse(expiresAt).success)
  );
}

/** A code as it may be recorded, whatever the provider sent. */
function codeOf(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, 64) || 'unspecified';
}
