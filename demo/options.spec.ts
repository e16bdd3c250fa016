import { describe, expect, it } from 'vitest';
import { readOptions, WrongUse } from './options.ts';

describe('the options of the demo', () => {
  it('are all optional', () => {
    expect(readOptions([])).toEqual({ seed: 1, orders: 240, paceS: 12, keep: false });
  });

  it('are taken as given', () => {
    const argv = ['--seed', '7', '--orders', '60', '--pace', '0', '--keep'];
    expect(readOptions(argv)).toEqual({ seed: 7, orders: 60, paceS: 0, keep: true });
  });

  it('give way to a cry for help', () => {
    expect(readOptions(['--orders', '60', '--help'])).toBe('help');
  });

  it.each([
    [['--orders', '23']],
    [['--orders', '2001']],
    [['--orders', 'many']],
    [['--orders', '']],
    [['--seed', '-1']],
    [['--seed', '1.5']],
    [['--seed', '4294967296']],
    [['--speed', '1']],
    [['extra']],
  ])('%j are refused', (argv) => {
    expect(() => readOptions(argv)).toThrow(WrongUse);
  });
});
