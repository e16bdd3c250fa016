import type { Board } from '../board.ts';
import { createLiveScreen } from './live-screen.ts';
import { createPlainScreen } from './plain-screen.ts';

/** Shows the board while the order book is played. */
export interface Screen {
  /** Whether a person is watching, who needs time. */
  readonly isLive: boolean;
  show(board: Board): void;
  /** Leaves the last state standing, and the terminal as it was. */
  stop(): void;
}

const columnsMin = 40;
const rowsMin = 20;

/** A table that is redrawn in place where there is a terminal to do that on; elsewhere a line now and then. */
export function createScreen(): Screen {
  const { isTTY, columns, rows } = process.stdout;
  const isCapable = isTTY === true && process.env['TERM'] !== 'dumb';
  return isCapable && columns >= columnsMin && rows >= rowsMin ? createLiveScreen() : createPlainScreen();
}
