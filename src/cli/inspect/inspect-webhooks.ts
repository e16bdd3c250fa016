import { formatMoney } from '../../domain/kernel/money.ts';
import type { Ledger } from '../../main.ts';
import { type InboxEntry, webhookInbox } from '../../projections/webhook-inbox.ts';
import { type CliContext, type ExitCode, exitCodes } from '../command.ts';
import { grouped } from '../terminal.ts';

const shownMax = 100;

/** What payment providers reported and no order has taken in. The answer is "no" where a human has to look. */
export async function inspectWebhooks(
  { readModel, store }: Ledger,
  { terminal }: CliContext,
): Promise<ExitCode> {
  const reader = readModel.reader(webhookInbox);
  const entriesIn = async (status: string) => {
    const question = { equals: { status }, orderBy: 'receivedAt', countMax: shownMax + 1 };
    const { documents } = await reader.list(question);
    return documents.map(({ body }): InboxEntry => JSON.parse(body));
  };
  const quarantined = await entriesIn('quarantined');
  const waiting = await entriesIn('waiting');
  const shown = [quarantined, waiting].flatMap((entries) => entries.slice(0, shownMax));
  terminal.table(
    ['STATUS', 'RECEIVED', 'REPORT', 'ORDER', 'AMOUNT', 'WEBHOOK', 'WHY'],
    shown.map(({ id, webhook }) => [
      terminal.paint(webhook.status === 'quarantined' ? 'red' : 'yellow', webhook.status),
      webhook.receivedAt,
      webhook.type,
      webhook.paymentId,
      formatMoney(webhook.amount),
      id,
      webhook.detail ?? 'Its order does not know yet what it is about.',
    ]),
  );
  if (shown.length === 0) terminal.line('every report was applied');
  if (quarantined.length > shownMax || waiting.length > shownMax)
    terminal.line(`There are more: GET /v1/gateway/webhooks?status=quarantined lists them all.`);
  const behind = Math.max(0, (await store.head()) - (await reader.position()));
  if (behind > 0) terminal.line(`${grouped(behind)} events are not in it yet; a projector has to run.`);
  terminal.answer({ webhooks: shown.map(({ id, webhook }) => ({ webhookId: id, ...webhook })), behind });
  return quarantined.length === 0 ? exitCodes.done : exitCodes.no;
}
