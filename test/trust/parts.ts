/** One part of the trust run: a command of its own, and how much of it a whole run and a short one do. */
export interface Part {
  readonly name: string;
  readonly main: string;
  readonly full: readonly string[];
  /** Of the cut that checks every change: all kinds of faults, fewer of each. */
  readonly cut: readonly string[];
  /** Whether it uses both cores by itself. */
  readonly isWide?: boolean;
}

const simulation = 'test/simulation/main.ts';

export const parts: readonly Part[] = [
  { name: 'simulation', main: simulation, full: ['--seeds', '2000'], cut: ['--seeds', '60'], isWide: true },
  {
    name: 'crash-everywhere',
    main: simulation,
    full: ['--crashes', '--points', '2000'],
    cut: ['--crashes', '--points', '60'],
  },
  { name: 'canaries', main: simulation, full: ['--canaries'], cut: ['--canaries'], isWide: true },
];
