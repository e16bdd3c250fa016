import type { EventOf } from '../kernel/event-catalogue.ts';
import type { Decision } from '../kernel/result.ts';
import type { WebhookCommandOf } from './commands.ts';
import type { webhookEvents } from './events.ts';
import { decide, type WebhookRejection } from './rejections.ts';
import type { Webhook } from './state.ts';

export type WebhookEvent = EventOf<typeof webhookEvents>;
export type WebhookDecision = Decision<WebhookEvent, WebhookRejection>;

/** Releases of one webhook. */
const releasesMax = 100;

/** What was recorded first stays, whatever the same report says when it is sent again. */
export function receiveWebhook(
  { report }: WebhookCommandOf<'ReceiveWebhook'>,
  webhook: Webhook | undefined,
): WebhookDecision {
  return { ok: true, events: webhook === undefined ? [{ type: 'WebhookReceived', data: report }] : [] };
}

/** That the order has taken it in is a fact, also for one that somebody else put into quarantine meanwhile. */
export function settleWebhook(
  { type: _, ...data }: WebhookCommandOf<'SettleWebhook'>,
  { status }: Webhook,
): WebhookDecision {
  return { ok: true, events: status === 'applied' ? [] : [{ type: 'WebhookApplied', data }] };
}

export function quarantineWebhook(
  { reason, detail }: WebhookCommandOf<'QuarantineWebhook'>,
  { status }: Webhook,
): WebhookDecision {
  const quarantined = { type: 'WebhookQuarantined', data: { reason, detail } } as const;
  return { ok: true, events: status === 'waiting' ? [quarantined] : [] };
}

export function releaseWebhook(
  _command: WebhookCommandOf<'ReleaseWebhook'>,
  { status, releases }: Webhook,
): WebhookDecision {
  if (status === 'waiting') return { ok: true, events: [] };
  return decide(
    {
      'webhook-applied': status === 'applied' && 'Nothing is left to be tried.',
      'webhook-released-too-often':
        releases >= releasesMax && `It was released ${releases} times; record the fact on the order instead.`,
    },
    () => [{ type: 'WebhookReleased', data: {} }],
  );
}
