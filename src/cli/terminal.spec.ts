import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTerminal, duration, grouped } from './terminal.ts';

/** What is written to the process's outputs while a test runs. */
function listen() {
  const heard = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      heard[name] += String(text);
      return true;
    });
  }
  return heard;
}

const halfway = { fraction: 0.5, count: 500, unit: 'events', elapsedMs: 1_000 };

describe('the terminal', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('writes lines for people, or one value for programs, never both', () => {
    const heard = listen();

    for (const json of [false, true]) {
      const terminal = createTerminal(json);
      terminal.line('done');
      terminal.answer({ done: true });
    }

    expect(heard).toEqual({ stdout: 'done\n{"done":true}\n', stderr: '' });
  });

  it('complains on standard error, also when a program is listening', () => {
    const heard = listen();

    createTerminal(true).complain('line 3: the line must be JSON.');

    expect(heard).toEqual({ stdout: '', stderr: 'line 3: the line must be JSON.\n' });
  });

  it('shows the last state of a progress off a terminal, with rate and time left', () => {
    const heard = listen();
    const terminal = createTerminal(false);

    terminal.progress('verify', halfway);
    terminal.progressDone();

    expect(heard.stderr).toBe(
      `verify ${'█'.repeat(14)}${'░'.repeat(14)}  50 %  500 events  500/s  1.0 s left\n`,
    );
  });

  it('shows no progress to programs', () => {
    const heard = listen();
    const terminal = createTerminal(true);

    terminal.progress('verify', halfway);
    terminal.progressDone();

    expect(heard).toEqual({ stdout: '', stderr: '' });
  });

  it('aligns a table by what is visible, not by its colours', () => {
    const heard = listen();
    const terminal = createTerminal(false);

    terminal.table(
      ['NAME', 'STATE'],
      [
        ['\u001b[1mstats\u001b[22m', 'live'],
        ['order-list', 'halted'],
      ],
    );

    const visible = stripVTControlCharacters(heard.stdout);
    expect(visible).toBe('NAME        STATE\nstats       live\norder-list  halted\n');
  });
});

describe('figures', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1_234_567, '1,234,567'],
  ])('groups %d as %s', (count, text) => {
    expect(grouped(count)).toBe(text);
  });

  it.each([
    [0, '0.0 s'],
    [1_500, '1.5 s'],
    [93_000, '1 min 33 s'],
    [59_960, '1 min 0 s'],
    [119_900, '2 min 0 s'],
  ])('says %d ms as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
