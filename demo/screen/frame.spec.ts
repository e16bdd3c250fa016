import { describe, expect, it } from 'vitest';
import { Board, type Lane } from '../board.ts';
import { frame } from './frame.ts';
import { plain } from './paint.ts';

describe('a frame of the live table', () => {
  it.each([
    [40, 20],
    [80, 24],
    [100, 33],
    [132, 43],
    [220, 60],
  ])('fits a terminal of %i columns and %i rows', (columns, rows) => {
    const lines = frame(busyBoard(), { columns, rows }, plain);
    expect(lines.length).toBeLessThan(rows);
    expect(lines.filter((line) => line.length >= columns)).toEqual([]);
  });

  it('says nothing in control sequences of its own', () => {
    const text = frame(busyBoard(), { columns: 132, rows: 43 }, plain).join('\n');
    expect(text).not.toContain('\x1b');
  });

  it('shows the newest steps of an order where not all of them fit', () => {
    const text = frame(busyBoard(), { columns: 80, rows: 24 }, plain).join('\n');
    expect(text).toContain('… ');
    expect(text).toContain('handed over');
    expect(text).not.toContain('placed →');
  });

  it('shows amounts with as many digits as their currency has', () => {
    const board = busyBoard();
    board.moved('EUR', [{ figure: 'captured', amount: 1_234_567 }]);
    board.moved('JPY', [{ figure: 'captured', amount: 1_234_567 }]);
    board.moved('KWD', [{ figure: 'captured', amount: 1_234_567 }]);
    const text = frame(board, { columns: 132, rows: 43 }, plain).join('\n');
    expect(text).toContain('12,345.67');
    expect(text).toContain('1,234,567');
    expect(text).toContain('1,234.567');
  });

  it('marks a trial that failed', () => {
    const board = busyBoard();
    board.tried('race', { held: false, said: 'DEMO-0007 both went through' });
    const text = frame(board, { columns: 132, rows: 43 }, plain).join('\n');
    expect(text).toMatch(/✗ race\s+0 of 1\s+DEMO-0007 both went through/);
  });
});

function busyBoard(): Board {
  const board = new Board(240, 12);
  board.started = 120;
  board.finished = 110;
  board.notice = 'Halfway: everybody at once now, and the server is killed under the load.';
  for (const index of board.lanes.keys()) board.lanes[index] = lane(index);
  board.tried('refusal', { held: true, said: 'DEMO-0003 capture 409 capture-exceeds-authorized '.repeat(5) });
  return board;
}

function lane(index: number): Lane {
  const steps = ['placed', 'amended', 'held', 'part captured', 'captured', 'handed over'];
  return {
    externalId: `DEMO-${String(index).padStart(4, '0')}`,
    customer: 'ada.lindqvist',
    currency: 'EUR',
    total: 123_456,
    story: 'card number in the wrong field',
    steps: steps.map((text) => ({ text, tone: 'done' })),
  };
}
