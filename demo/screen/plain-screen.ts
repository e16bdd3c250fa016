import type { Board } from '../board.ts';
import { grouped } from '../format.ts';
import type { Screen } from './screen.ts';

const lookMs = 50;
const parts = 6;

/** A line whenever another sixth of the orders is done, and whenever there is something to say. */
export function createPlainScreen(): Screen {
  let board: Board | undefined;
  let timer: NodeJS.Timeout | undefined;
  let notice = '';
  let part = 0;

  function look(): void {
    if (board === undefined) return;
    if (board.notice !== notice) {
      notice = board.notice;
      say(notice);
    }
    const reached = Math.floor((board.finished / board.orders) * parts);
    if (reached > part) say(progressOf(board));
    part = reached;
  }

  return {
    isLive: false,
    show: (shown) => {
      board = shown;
      timer = setInterval(look, lookMs);
    },
    stop: () => {
      clearInterval(timer);
      look();
      board = undefined;
    },
  };
}

function progressOf({ finished, orders, answeredMs, trials }: Board): string {
  const tallies = [...trials.values()];
  const tried = tallies.reduce((sum, tally) => sum + tally.tried, 0);
  const held = tallies.reduce((sum, tally) => sum + tally.held, 0);
  return `${grouped(finished)} of ${grouped(orders)} orders, ${grouped(answeredMs.length)} commands answered, ${grouped(held)} of ${grouped(tried)} trials passed`;
}

function say(text: string): void {
  process.stdout.write(`  ${text}\n`);
}
