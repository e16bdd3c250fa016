import { decideBy } from '../kernel/rejections.ts';

/** Why a command on a webhook is refused, in order of precedence. */
export const webhookRejections = {
  'webhook-not-found': { status: 404, title: 'There is no such webhook' },
  'webhook-applied': { status: 409, title: 'The order has taken the webhook in' },
  'webhook-released-too-often': { status: 409, title: 'The webhook was released as often as it may' },
} as const;

export type WebhookRejection = keyof typeof webhookRejections;

export const decide = decideBy(webhookRejections);
