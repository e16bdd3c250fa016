import { stripVTControlCharacters, styleText } from 'node:util';
import { exactJson } from '../domain/kernel/exact-json.ts';

type Style = Parameters<typeof styleText>[0];

export interface ProgressState {
  /** 0 to 1. */
  readonly fraction: number;
  readonly count: number;
  readonly unit: string;
  readonly elapsedMs: number;
}

/** Where a command talks to: people on a terminal, or a program that reads JSON. */
export interface Terminal {
  /** Whether the answer is for a program: one JSON value on standard output. */
  readonly json: boolean;
  /** A line for people, on standard output; nothing with --json. */
  line(text?: string): void;
  /** The answer for programs, bigints digit by digit; nothing without --json. */
  answer(value: unknown): void;
  /** A complaint, on standard error. */
  complain(text: string): void;
  /** Colours where the output is a terminal that has them. */
  paint(style: Style, text: string): string;
  table(columns: readonly string[], rows: readonly (readonly string[])[]): void;
  /** Shows how far something is, on standard error: a bar on a terminal, a line now and then elsewhere. */
  progress(label: string, state: ProgressState): void;
  /** Ends the bar, leaving its last state. */
  progressDone(): void;
}

const barWidth = 28;
const redrawMs = 80;
const lineMs = 5_000;

export function createTerminal(json: boolean): Terminal {
  const isLive = process.stderr.isTTY === true;
  let drawnMs = performance.now();
  let pending: string | undefined;
  // A reader that has seen enough, such as `head`, is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });

  return { json, line, answer, complain, paint, table, progress, progressDone };

  function line(text = ''): void {
    if (!json) process.stdout.write(`${text}\n`);
  }

  function answer(value: unknown): void {
    if (json) process.stdout.write(`${exactJson(value)}\n`);
  }

  function complain(text: string): void {
    if (pending !== undefined && isLive) process.stderr.write('\r\x1b[2K');
    process.stderr.write(`${text}\n`);
  }

  function paint(style: Style, text: string): string {
    return styleText(style, text, { stream: process.stdout });
  }

  function table(columns: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = columns.map((name, index) =>
      Math.max(name.length, ...rows.map((row) => width(row[index] ?? ''))),
    );
    const show = (row: readonly string[]) =>
      row
        .map((cell, index) => cell + ' '.repeat(Math.max(0, (widths[index] ?? 0) - width(cell))))
        .join('  ')
        .trimEnd();
    line(paint('dim', show(columns)));
    for (const row of rows) line(show(row));
  }

  function progress(label: string, state: ProgressState): void {
    if (json) return;
    const now = performance.now();
    pending = `${label} ${describe(state)}`;
    if (now - drawnMs < (isLive ? redrawMs : lineMs)) return;
    drawnMs = now;
    draw();
  }

  function draw(): void {
    if (pending === undefined) return;
    process.stderr.write(isLive ? `\r\x1b[2K${pending}` : `${pending}\n`);
  }

  function progressDone(): void {
    draw();
    if (pending !== undefined && isLive) process.stderr.write('\n');
    pending = undefined;
    drawnMs = performance.now();
  }
}

function describe({ fraction, count, unit, elapsedMs }: ProgressState): string {
  const full = Math.round(Math.min(1, fraction) * barWidth);
  const bar = '█'.repeat(full) + '░'.repeat(barWidth - full);
  const rate = elapsedMs > 0 ? (count / elapsedMs) * 1_000 : 0;
  const leftMs = fraction > 0 && fraction < 1 ? (elapsedMs / fraction) * (1 - fraction) : 0;
  const percent = `${Math.floor(fraction * 100)}`.padStart(3);
  return `${bar} ${percent} %  ${grouped(count)} ${unit}  ${grouped(rate)}/s  ${leftMs > 0 ? `${duration(leftMs)} left` : duration(elapsedMs)}`;
}

/** 1234567 → `1,234,567`. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** 93000 → `1 min 33 s`, 1500 → `1.5 s`. */
export function duration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Columns a text takes, colours not counted. */
function width(text: string): number {
  return stripVTControlCharacters(text).length;
}
