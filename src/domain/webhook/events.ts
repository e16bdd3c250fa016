import { z } from 'zod';
import { commandRefusedData } from '../kernel/command-refused.ts';
import { defineEvents, type EventFacts } from '../kernel/event-catalogue.ts';
import { printable } from '../kernel/text.ts';
import { report } from './report.ts';
import { type Webhook, webhookOutcome } from './state.ts';

const commandId = z.uuid();

/**
 * One report of a payment provider in a stream of its own, named by the provider and its id of the report: that the
 * stream is there is how a repeated report is known. What the report does to the money is in the order's stream alone.
 */
export const webhookEvents = defineEvents<Webhook>()({
  WebhookReceived: {
    version: 1,
    data: report,
    creates: (received, { at, revision }) => ({
      ...received,
      status: 'waiting',
      receivedAt: at,
      waitingSince: at,
      releases: 0,
      updatedAt: at,
      revision,
    }),
  },
  /** The order's stream says what it did there, under this command; none where the order knew it already. */
  WebhookApplied: {
    version: 1,
    data: z.strictObject({ commandId: commandId.exactOptional(), outcome: webhookOutcome }),
    evolve: ({ reason: _, detail: __, ...webhook }, { outcome }, facts) => ({
      ...touched(webhook, facts),
      status: 'applied',
      outcome,
    }),
  },
  /** It cannot be applied, or not yet after all the time it had: a human has to look. */
  WebhookQuarantined: {
    version: 1,
    data: z.strictObject({ reason: printable(64), detail: z.string().min(1).max(500) }),
    evolve: (webhook, { reason, detail }, facts) => ({
      ...touched(webhook, facts),
      status: 'quarantined',
      reason,
      detail,
    }),
  },
  /** An operator says: try again. */
  WebhookReleased: {
    version: 1,
    data: z.strictObject({}),
    evolve: ({ reason: _, detail: __, ...webhook }, _data, facts) => ({
      ...touched(webhook, facts),
      status: 'waiting',
      waitingSince: facts.at,
      releases: webhook.releases + 1,
    }),
  },
  CommandRefused: {
    version: 1,
    data: commandRefusedData,
    observe: (webhook, { revision }) => (webhook === undefined ? undefined : { ...webhook, revision }),
  },
});

function touched(webhook: Webhook, { at, revision }: EventFacts): Webhook {
  return { ...webhook, updatedAt: at, revision };
}
