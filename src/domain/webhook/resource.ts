import { z } from 'zod';
import { webhookId } from '../kernel/ids.ts';
import { storedInstant } from '../kernel/instant.ts';
import { money } from '../kernel/money.ts';
import { reportType } from './report.ts';
import { webhookOutcome, webhookStatus } from './state.ts';

const at = storedInstant.meta({ format: 'date-time' });
const count = z.int().min(0);

/** The public vocabulary of `status`. */
export const webhookStatusResource = webhookStatus;

/** Shape of a webhook as commands and queries answer it: that of `Webhook`, with its id. */
export const webhookResource = z
  .strictObject({
    webhookId,
    eventId: z.string().describe('The provider’s id of the report.'),
    gateway: z.string(),
    type: reportType,
    paymentId: z.string().describe('The order, as the provider was told it.'),
    key: z.string().exactOptional().describe('The ledger’s key of the call that it answers.'),
    reference: z.string().exactOptional(),
    amount: money,
    fee: money.exactOptional(),
    code: z.string().exactOptional(),
    expiresAt: at.exactOptional(),
    reportedAt: at.describe('By the provider’s clock.'),
    status: webhookStatus.describe(
      'waiting: its order has not taken it in yet. quarantined: a human has to look.',
    ),
    receivedAt: at,
    waitingSince: at,
    releases: count.describe('Times it was released from quarantine.'),
    outcome: webhookOutcome.exactOptional().describe('known: the order knew it already.'),
    reason: z.string().exactOptional().describe('Why it is in quarantine.'),
    detail: z.string().exactOptional(),
    updatedAt: at,
    revision: count,
  })
  .meta({ id: 'Webhook' });
