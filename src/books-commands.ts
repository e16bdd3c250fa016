import type { HandleCommand } from './commands/command.ts';
import { createCommandHandler } from './commands/handle-command.ts';
import { createCommandPlanner, type PlanCommand } from './commands/plan-command.ts';
import { booksAggregate } from './domain/books/aggregate.ts';
import type { BooksCommand } from './domain/books/commands.ts';
import type { Books } from './domain/books/state.ts';
import type { Ledger } from './main.ts';
import type { CommandMetrics } from './ports/command-metrics.ts';

/** The write path of entries that no order has caused. */
export function openBooksCommands(
  ledger: Ledger,
  metrics: CommandMetrics,
): HandleCommand<BooksCommand, Books> {
  const { store, codec, clock, ids, config } = ledger;
  const streamsCachedMax = config.STREAMS_CACHED_MAX;
  return createCommandHandler(booksAggregate, { store, codec, clock, ids, metrics, streamsCachedMax });
}

/** What commands on the books would do. */
export function openBooksPlans(ledger: Ledger): PlanCommand<BooksCommand, Books> {
  return createCommandPlanner(booksAggregate, ledger);
}
