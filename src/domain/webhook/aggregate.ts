import type { Aggregate, Decisions } from '../kernel/decider.ts';
import { runDecision } from '../kernel/decider.ts';
import { evolveWith } from '../kernel/event-catalogue.ts';
import { refuse } from '../kernel/result.ts';
import type { WebhookCommand } from './commands.ts';
import {
  quarantineWebhook,
  receiveWebhook,
  releaseWebhook,
  settleWebhook,
  type WebhookDecision,
  type WebhookEvent,
} from './decide.ts';
import { webhookEvents } from './events.ts';
import { type WebhookRejection, webhookRejections } from './rejections.ts';
import type { Webhook } from './state.ts';

type ExistingWebhookCommand = Exclude<WebhookCommand, { readonly type: 'ReceiveWebhook' }>;

const decisions: Decisions<ExistingWebhookCommand, Webhook, WebhookDecision> = {
  SettleWebhook: settleWebhook,
  QuarantineWebhook: quarantineWebhook,
  ReleaseWebhook: releaseWebhook,
};

/** The inbox of payment providers: one stream `webhook-{id}` per report, whether or not its order knows it. */
export const webhookAggregate: Aggregate<Webhook, WebhookCommand, WebhookEvent, WebhookRejection> = {
  category: 'webhook',
  events: webhookEvents,
  evolve: evolveWith<Webhook, typeof webhookEvents>(webhookEvents),
  decide: (command, webhook) => {
    if (command.type === 'ReceiveWebhook') return receiveWebhook(command, webhook);
    if (webhook === undefined) return refuse('webhook-not-found', 'No such report was ever received.');
    return runDecision(decisions, command, webhook);
  },
  creating: ['ReceiveWebhook'],
  rejections: webhookRejections,
  // Nothing in it is personal: providers are told tokens and order ids alone.
  subject: () => '',
};
