import type { Instant } from '../domain/kernel/instant.ts';
import { idOf } from '../domain/kernel/log.ts';
import { webhookAggregate } from '../domain/webhook/aggregate.ts';
import type { WebhookEvent } from '../domain/webhook/decide.ts';
import type { Webhook } from '../domain/webhook/state.ts';
import { urgencyOf } from './due.ts';
import type { Projection, Recorded } from './projection.ts';

/** One report of a payment provider, with where it stands. */
export interface InboxEntry {
  /** Id of the webhook: what its stream is named by. */
  readonly id: string;
  /** Since when it waits to be applied; absent once nothing more is to be done by itself. */
  readonly due?: Instant;
  /** The event that recorded it: the cause of what it does to its order. */
  readonly cause: { readonly eventId: string; readonly correlationId: string };
  readonly webhook: Webhook;
}

/** Every report of payment providers; those that wait are the to-do list of the process that applies them. */
export const webhookInbox: Projection<InboxEntry, WebhookEvent> = {
  name: 'webhook-inbox',
  version: 1,
  category: 'webhook',
  fields: ['status', 'receivedAt', 'urgency'],
  indexes: [['urgency'], ['status', 'receivedAt'], ['receivedAt']],
  keys: 'stream',
  when: (entry, event) => {
    const webhook = webhookAggregate.evolve(entry?.webhook, event, event);
    if (webhook === undefined) return undefined;
    return {
      id: idOf(event.stream),
      ...(webhook.status === 'waiting' && { due: webhook.waitingSince }),
      cause: entry?.cause ?? causeIn(event),
      webhook,
    };
  },
  fieldsOf: ({ webhook, due }) => ({
    status: webhook.status,
    receivedAt: webhook.receivedAt,
    ...(due !== undefined && { urgency: urgencyOf(due) }),
  }),
};

function causeIn({ eventId, metadata }: Recorded<WebhookEvent>): InboxEntry['cause'] {
  return { eventId, correlationId: metadata.correlationId ?? metadata.requestId };
}
