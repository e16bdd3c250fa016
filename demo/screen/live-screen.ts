import type { Board } from '../board.ts';
import { frame } from './frame.ts';
import { paint } from './paint.ts';
import type { Screen } from './screen.ts';

const redrawMs = 70;

const control = {
  hideCursor: '\x1b[?25l',
  showCursor: '\x1b[?25h',
  up: (lines: number) => (lines > 0 ? `\x1b[${lines}F` : '\r'),
  clearLine: '\x1b[2K',
  clearBelow: '\x1b[J',
  clearScreen: '\x1b[2J\x1b[H',
} as const;

/** A table redrawn in place, so that what stood on the terminal before stays there. */
export function createLiveScreen(): Screen {
  let board: Board | undefined;
  let timer: NodeJS.Timeout | undefined;
  let drawn = 0;

  function draw(): void {
    if (board === undefined) return;
    const { columns, rows } = process.stdout;
    const lines = frame(board, { columns, rows }, paint);
    const text = lines.map((line) => `${control.clearLine}${line}\n`).join('');
    process.stdout.write(control.up(drawn) + text + control.clearBelow);
    drawn = lines.length;
  }

  /** What was drawn for another width has been wrapped by the terminal: nobody knows where it begins. */
  function onResize(): void {
    process.stdout.write(control.clearScreen);
    drawn = 0;
    draw();
  }

  function restore(): void {
    process.stdout.write(control.showCursor);
  }

  return {
    isLive: true,
    show: (shown) => {
      board = shown;
      process.stdout.write(control.hideCursor);
      process.stdout.on('resize', onResize);
      process.once('exit', restore);
      timer = setInterval(draw, redrawMs);
    },
    stop: () => {
      clearInterval(timer);
      if (board === undefined) return;
      draw();
      board = undefined;
      process.stdout.off('resize', onResize);
      process.off('exit', restore);
      restore();
    },
  };
}
