import { type Board, type Lane, type Step, type Tally, type Tone, trialKinds } from '../board.ts';
import { currencies } from '../book/catalogue.ts';
import { amountText, duration, grouped, toWidth } from '../format.ts';
import { figures } from '../money.ts';
import type { Paint, Style } from './paint.ts';

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

const barWidth = 24;
const storyWidth = 34;
const rowsForExamples = 34;
const columnsForStory = 124;
const moneyWidthMax = 16;
const moneyHeadings = ['authorized', 'captured', 'voided', 'refunded', 'disputed', 'lost'] as const;
const separator = ' → ';

const colours: Readonly<Record<Tone, Style>> = {
  done: 'cyan',
  money: 'green',
  refused: 'yellow',
  muted: 'dim',
};

/** The board as lines of text, none wider than the terminal and all together no higher. */
export function frame(board: Board, { columns, rows }: FrameSize, paint: Paint): readonly string[] {
  const width = columns - 1;
  const trials =
    rows >= rowsForExamples ? trialsWithExamples(board, width, paint) : trialsInShort(board, width, paint);
  const around = 8 + trials.length + currencies.length;
  const lanes = board.lanes.slice(0, Math.max(1, rows - 1 - around));
  return [
    title(board, width, paint),
    '',
    paint('dim', toWidth(heading(width), width)),
    ...lanes.map((lane) => laneLine(lane, width, paint)),
    '',
    ...trials,
    '',
    paint('dim', toWidth(moneyLine('', moneyHeadings, width), width)),
    ...currencies.map((code) => toWidth(moneyOf(code, board, width), width)),
    '',
    paint(['bold', 'yellow'], toWidth(board.notice, width)),
  ];
}

function title({ started, finished, orders, answeredMs, startedMs }: Board, width: number, paint: Paint) {
  const full = Math.round((finished / orders) * barWidth);
  const elapsedMs = performance.now() - startedMs;
  const rate = Math.round((answeredMs.length * 1_000) / Math.max(1, elapsedMs));
  const text = `${grouped(started)} of ${grouped(orders)} orders  ${grouped(answeredMs.length)} commands  ${grouped(rate)}/s  ${duration(elapsedMs)}`;
  if (width < barWidth + 4) return toWidth(text, width);
  const bar = paint('green', '━'.repeat(full)) + paint('dim', '─'.repeat(barWidth - full));
  return `${bar}  ${toWidth(text, width - barWidth - 2)}`;
}

function heading(width: number): string {
  const story = width >= columnsForStory ? toWidth('STORY', storyWidth) : '';
  return `${toWidth('ORDER', 10)}${toWidth('CUSTOMER', 14)}${'TOTAL'.padStart(14)}  ${story}WHAT HAPPENED`;
}

function laneLine(lane: Lane | undefined, width: number, paint: Paint): string {
  if (lane === undefined) return '';
  const { externalId, customer, currency, total, story, steps } = lane;
  const sum = `${amountText(total, currency)} ${currency}`.padStart(14);
  const told = width >= columnsForStory ? toWidth(story, storyWidth) : '';
  const head = `${toWidth(externalId, 10)}${toWidth(customer, 14)}${sum}  `;
  const left = width - head.length - told.length;
  if (left < 1) return toWidth(head, width);
  return head + paint('dim', told) + track(steps, left, paint);
}

/** The newest steps that toWidth, the last one standing out. */
function track(steps: readonly Step[], width: number, paint: Paint): string {
  const shown: string[] = [];
  let left = width;
  for (const { text, tone } of steps.toReversed()) {
    const cost = text.length + (shown.length > 0 ? separator.length : 0);
    // Two columns stay free for the ellipsis that says there was more.
    if (cost > left - 2) {
      if (shown.length === 0) shown.push(toWidth(text, left));
      else shown.unshift(paint('dim', '… '));
      break;
    }
    left -= cost;
    const isLast = shown.length === 0;
    const colour = colours[tone];
    const styled = paint(isLast ? (['bold', colour] as Style) : colour, text);
    shown.unshift(isLast ? styled : styled + paint('dim', separator));
  }
  return shown.join('');
}

function trialsWithExamples(board: Board, width: number, paint: Paint): readonly string[] {
  return trialKinds.map((kind) => {
    const tally = board.trials.get(kind);
    const count = toWidth(`${kind}`, 18) + countOf(tally).padStart(11);
    if (width < count.length + 6) return toWidth(count, width);
    return `${mark(tally, paint)} ${count}   ${paint('dim', toWidth(tally?.latest ?? '', width - count.length - 5))}`;
  });
}

/** Two in a line, without examples, for a low terminal. */
function trialsInShort(board: Board, width: number, paint: Paint): readonly string[] {
  const cells = trialKinds.map((kind) => {
    const tally = board.trials.get(kind);
    return { mark: mark(tally, paint), text: toWidth(kind, 18) + countOf(tally).padStart(11) };
  });
  const half = Math.ceil(cells.length / 2);
  return cells.slice(0, half).map((left, index) => {
    const right = cells[index + half];
    if (width < 70 || right === undefined) return `${left.mark} ${toWidth(left.text, width - 2)}`;
    return `${left.mark} ${left.text}      ${right.mark} ${right.text}`;
  });
}

function countOf(tally: Tally | undefined): string {
  return tally === undefined ? '' : `${grouped(tally.held)} of ${grouped(tally.tried)}`;
}

function mark(tally: Tally | undefined, paint: Paint): string {
  if (tally === undefined || tally.tried === 0) return paint('dim', '·');
  return tally.held === tally.tried ? paint('green', '✓') : paint('red', '✗');
}

function moneyLine(first: string, cells: readonly string[], width: number): string {
  const cellWidth = Math.min(moneyWidthMax, Math.floor((width - 4) / cells.length));
  return toWidth(first, 4) + cells.map((cell) => cell.padStart(cellWidth)).join('');
}

function moneyOf(currency: string, { books }: Board, width: number): string {
  const sums = figures.map((figure) => amountText(books.sum(currency, figure), currency));
  return moneyLine(currency, sums, width);
}
