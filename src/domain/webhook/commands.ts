import type { Report } from './report.ts';
import type { WebhookOutcome } from './state.ts';

/** Everything that can be asked of a webhook. */
export type WebhookCommand =
  | { readonly type: 'ReceiveWebhook'; readonly report: Report }
  /** Its order has taken it in. @param commandId of the command that the order took; none where it knew already */
  | { readonly type: 'SettleWebhook'; readonly commandId?: string; readonly outcome: WebhookOutcome }
  | { readonly type: 'QuarantineWebhook'; readonly reason: string; readonly detail: string }
  /** An operator has seen to it: it is to be tried again. */
  | { readonly type: 'ReleaseWebhook' };

export type WebhookCommandOf<Type extends WebhookCommand['type']> = Extract<
  WebhookCommand,
  { readonly type: Type }
>;
