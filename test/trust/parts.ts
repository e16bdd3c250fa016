/** One part of the trust run: a command of its own, and how much of it a whole run and a short one do. */
export interface Part {
  readonly name: string;
  readonly main: string;
  readonly full: readonly string[];
  /** Of the cut that checks every change: all kinds of faults, fewer of each. */
  readonly cut: readonly string[];
}

const simulation = 'test/simulation/main.ts';

export const parts: readonly Part[] = [
  {
    name: 'simulation',
    main: simulation,
    full: ['--seeds', '2000', '--commands', '400'],
    cut: ['--seeds', '100'],
  },
  {
    name: 'crash-everywhere',
    main: simulation,
    full: ['--crashes', '--every', '2'],
    cut: ['--crashes', '--every', '40'],
  },
  { name: 'canaries', main: simulation, full: ['--canaries'], cut: ['--canaries'] },
  { name: 'kills', main: 'test/trust/kills/main.ts', full: ['--cycles', '200'], cut: ['--cycles', '20'] },
  {
    name: 'storage',
    main: 'test/trust/storage/main.ts',
    full: [],
    cut: ['--cuts', '300', '--flips', '800', '--full-disks', '4'],
  },
  {
    name: 'fuzz',
    main: 'test/trust/fuzz/main.ts',
    full: [],
    cut: ['--requests', '10000', '--raw', '1000'],
  },
  { name: 'linearizability', main: 'test/trust/linear/main.ts', full: [], cut: ['--histories', '100'] },
];
