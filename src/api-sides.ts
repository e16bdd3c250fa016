import { createHmac, randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { secretFileOrNew } from './adapters/shared/secret-file.ts';
import { openBooksCommands, openBooksPlans } from './books-commands.ts';
import { answerInTime } from './commands/answer-in-time.ts';
import { booksRoutes } from './commands/books-routes.ts';
import type { HandleCommand } from './commands/command.ts';
import { commandRoutes } from './commands/command-api.ts';
import { webhookRoutes } from './commands/webhook-routes.ts';
import type { Config } from './config.ts';
import type { BooksCommand } from './domain/books/commands.ts';
import type { Books } from './domain/books/state.ts';
import { personalFieldsIn } from './domain/kernel/event-catalogue.ts';
import { orderAggregate } from './domain/order/aggregate.ts';
import type { OrderCommand } from './domain/order/commands.ts';
import type { Order } from './domain/order/state.ts';
import type { WebhookCommand } from './domain/webhook/commands.ts';
import type { Webhook } from './domain/webhook/state.ts';
import type { Route } from './http/route.ts';
import {
  type Ledger,
  openOrderCommands,
  openOrderPlans,
  openOrderWatch,
  openWebhookCommands,
} from './main.ts';
import type { Cache } from './ports/cache.ts';
import type { CommandMetrics } from './ports/command-metrics.ts';
import type { PaymentGateway } from './ports/payment-gateway.ts';
import type { ProjectionFeed } from './ports/projection-feed.ts';
import { balances } from './projections/balances.ts';
import { journal } from './projections/journal.ts';
import { orderDetails } from './projections/order-details.ts';
import { orderList } from './projections/order-list.ts';
import { paymentDetails } from './projections/payment-details.ts';
import type { AnyProjection } from './projections/projection.ts';
import { stats } from './projections/stats.ts';
import { webhookInbox } from './projections/webhook-inbox.ts';
import { createCursors } from './queries/cursors.ts';
import { LiveProjection } from './queries/live-projection.ts';
import { memoOf } from './queries/memo.ts';
import { queryRoutes } from './queries/query-api.ts';

/** The write paths of one process: callers and processes of the ledger share them, and what they remember of streams. */
export interface WritePaths {
  readonly handleOrder: HandleCommand<OrderCommand, Order>;
  readonly handleBooks: HandleCommand<BooksCommand, Books>;
  readonly handleWebhook: HandleCommand<WebhookCommand, Webhook>;
}

export function openWritePaths(ledger: Ledger, metrics: CommandMetrics): WritePaths {
  return {
    handleOrder: openOrderCommands(ledger, metrics),
    handleBooks: openBooksCommands(ledger, metrics),
    handleWebhook: openWebhookCommands(ledger, metrics),
  };
}

/** What takes commands, and the reports of the payment provider. */
export function commandSide(
  ledger: Ledger,
  { handleOrder, handleBooks, handleWebhook }: WritePaths,
  gateway: PaymentGateway,
): readonly Route[] {
  const { config, digest, clock } = ledger;
  const keysLenient = config.IDEMPOTENCY_KEYS === 'lenient';
  const orders = commandRoutes({
    handleOrder: answerInTime(handleOrder, clock),
    planOrder: openOrderPlans(ledger),
    watchOrder: openOrderWatch(ledger),
    ...(gateway.isCallable && { gateway: gateway.name }),
    digest,
    paidWhen: config.PAID_WHEN,
    keysLenient,
  });
  const books = booksRoutes({
    handleBooks: answerInTime(handleBooks, clock),
    planBooks: openBooksPlans(ledger),
    digest,
    keysLenient,
  });
  if (!gateway.isCallable) return [...orders, ...books];
  const reports = { ...ledger, handleWebhook: answerInTime(handleWebhook, clock), gateway, keysLenient };
  return [...orders, ...books, ...webhookRoutes(reports)];
}

/** What answers questions. */
export function querySide(ledger: Ledger, cache: Cache, feed: ProjectionFeed | undefined): readonly Route[] {
  const { config, readModel, clock } = ledger;
  const live = (projection: AnyProjection) =>
    new LiveProjection(projection.name, projection.version, readModel.reader(projection), {
      cache,
      clock,
      waitMsMax: config.READ_WAIT_MS_MAX,
      memoOf,
      ...(feed && { feed }),
    });
  return queryRoutes({
    ...ledger,
    orderDetails: live(orderDetails),
    orderList: live(orderList),
    paymentDetails: live(paymentDetails),
    stats: live(stats),
    webhookInbox: live(webhookInbox),
    books: {
      ...ledger,
      balances: live(balances),
      journal: live(journal),
      waitMsMax: config.READ_WAIT_MS_MAX,
    },
    orderFold: orderDetails.when,
    personalFields: (type) => personalFieldsIn(orderAggregate.events, type),
    cursors: createCursors(cursorSignature(config)),
    waitMsMax: config.READ_WAIT_MS_MAX,
  });
}

function cursorSignature({ CURSOR_SECRET, DATA_DIR }: Config): (text: string) => string {
  const secret =
    CURSOR_SECRET ??
    secretFileOrNew(resolve(DATA_DIR, 'cursor.key'), () => randomBytes(32).toString('base64url'));
  return (text) => createHmac('sha256', secret).update(text).digest('base64url');
}
