import { z } from 'zod';
import { UnreadableWebhook } from '../../../domain/kernel/faults.ts';
import { storedInstant } from '../../../domain/kernel/instant.ts';
import { money } from '../../../domain/kernel/money.ts';
import { plainMessage } from '../../../domain/kernel/plain-message.ts';
import { printable } from '../../../domain/kernel/text.ts';
import type { GatewayReport } from '../../../ports/payment-gateway.ts';

const bytesMax = 65_536;

const report = z.strictObject({
  eventId: printable(200),
  type: z.enum([
    'call.approved',
    'call.declined',
    'authorization.expired',
    'dispute.opened',
    'dispute.won',
    'dispute.lost',
  ]),
  paymentId: printable(200),
  key: printable(200).exactOptional(),
  reference: printable(200).exactOptional(),
  amount: money,
  fee: money.exactOptional(),
  code: printable(64).exactOptional(),
  expiresAt: storedInstant.exactOptional(),
  at: storedInstant,
});

/** What a body says that was signed. @throws UnreadableWebhook saying what is wrong with it */
export function readReport(body: Uint8Array): GatewayReport {
  if (body.byteLength > bytesMax) throw new UnreadableWebhook(`it is longer than ${bytesMax} bytes`);
  const parsed = report.safeParse(jsonIn(body), { error: plainMessage });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join('.') ?? '';
  // Names of members are what the sender made up, as many and as long as it likes: none is repeated.
  const known = issue?.code === 'unrecognized_keys' ? 'has a member that is not known' : issue?.message;
  throw new UnreadableWebhook(`${place === '' ? 'it' : place}: ${known ?? 'is not understood'}`);
}

function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    throw new UnreadableWebhook('it is not JSON');
  }
}
