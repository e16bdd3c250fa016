import { parseArgs } from 'node:util';
import { seeded, seedOf } from '../../e2e/support/seeded.ts';
import { closePart, type Figure } from '../part-report.ts';
import { type FullDisksFound, fillDisks } from './disk-full.ts';
import { type FlipsFound, flipBits, logToDamage } from './flips.ts';
import { type AcksTraced, traceAcks } from './fsync.ts';
import { historyOf } from './history.ts';
import { makeLogPlace } from './log-files.ts';
import { type OlderCopiesFound, putOlderCopiesBack } from './older-copy.ts';
import { type TampersFound, tamperWithEvents } from './tampering.ts';
import { type CutsFound, cutWal } from './wal-cuts.ts';

const usage = `usage: npm run test:storage [-- --cuts N] [--flips N] [--full-disks N] [--seed S] [--report FILE]

Damages the SQLite log in every way there is, and looks whether the ledger notices.

  --cuts N        places at which the write-ahead log is cut, 3000 by default
  --flips N       single bits flipped, each in a fresh copy of the log, 10000 by default
  --full-disks N  sizes at which the disk is full, 20 by default`;
const maxima = { cuts: 20_000, flips: 1_000_000, disks: 200 };
/** Rounds of three orders: a small log for the flips, because each copy is read whole, and one with enough places to cut. */
const roundsToDamage = 8;
const cutsPerRound = 120;
const acksTraced = 100;

process.exitCode = await main();

async function main(): Promise<number> {
  const asked = readArguments();
  if (asked === 'help') {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (asked === undefined) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const { cuts, flips, disks, seed, report } = asked;
  say(`seed ${seed}: ${cuts} cuts, ${flips} flips, ${disks} full disks`);
  const startedMs = performance.now();
  const place = makeLogPlace();
  try {
    const long = await historyOf(2 + Math.ceil(cuts / cutsPerRound));
    const cut = await cutWal(place, long, { cuts, seed, progress: say });
    const short = await historyOf(roundsToDamage);
    const flipped = await flipBits(place, short, { flips, seed, progress: say });
    const log = await logToDamage(place, short, seeded(seed));
    const tampered = await tamperWithEvents(place, log, short, seed);
    const older = await putOlderCopiesBack(place, short);
    const full = await fillDisks(place, { points: disks, seed });
    const traced = await traceAcks(place, acksTraced);
    if (traced === undefined)
      say('strace is not there or may not watch: fsync before acknowledgement is left out');
    const figures = [
      ...cutFigures(cut, cuts),
      ...flipFigures(flipped, flips),
      ...tamperFigures(tampered),
      ...olderFigures(older),
      ...diskFigures(full, disks),
      ...traceFigures(traced),
    ];
    const violations = [cut, flipped, tampered, older, full].flatMap((each) => each.violations);
    const rerun = `npm run test:storage -- --cuts ${cuts} --flips ${flips} --full-disks ${disks} --seed ${seed}`;
    const tookS = Math.round((performance.now() - startedMs) / 1_000);
    return closePart({ name: 'storage', seed, rerun, tookS, figures, violations }, report);
  } finally {
    place.remove();
  }
}

interface Asked {
  readonly cuts: number;
  readonly flips: number;
  readonly disks: number;
  readonly seed: number;
  readonly report: string | undefined;
}

/** What was asked for; `undefined` where that cannot be understood. */
function readArguments(): Asked | 'help' | undefined {
  try {
    const { values } = parseArgs({
      options: {
        cuts: { type: 'string', default: '3000' },
        flips: { type: 'string', default: '10000' },
        'full-disks': { type: 'string', default: '20' },
        seed: { type: 'string' },
        report: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return 'help';
    const [cuts, flips, disks] = [values.cuts, values.flips, values['full-disks']].map(Number);
    if (!isCount(cuts, maxima.cuts) || !isCount(flips, maxima.flips) || !isCount(disks, maxima.disks))
      return undefined;
    const seed = seedOf({ SEED: values.seed ?? process.env['SEED'] });
    return { cuts, flips, disks, seed, report: values.report };
  } catch {
    return undefined;
  }
}

function isCount(count: number | undefined, max: number): count is number {
  return count !== undefined && Number.isInteger(count) && count >= 1 && count <= max;
}

function cutFigures(found: CutsFound, asked: number): readonly Figure[] {
  return [
    { name: 'WAL cuts', value: found.cuts, atLeast: asked },
    { name: 'exact prefix of whole acknowledged commits', value: found.exact, atLeast: found.cuts },
    { name: 'starts below the witness', value: found.belowWitness },
    { name: 'starts refused', value: found.refused, atLeast: found.belowWitness, atMost: found.belowWitness },
    { name: 'starts served', value: found.served },
  ];
}

function flipFigures(found: FlipsFound, asked: number): readonly Figure[] {
  const { start, reading, append, verify } = found.detected;
  return [
    { name: 'bit flips', value: found.flips, atLeast: asked },
    { name: 'other damage: bytes, runs, pages', value: found.rougher },
    { name: 'detected', value: start + reading + append + verify },
    { name: 'of these at start', value: start },
    { name: 'of these by reading', value: reading },
    { name: 'of these by appending', value: append },
    { name: 'of these by verify alone', value: verify },
    { name: 'harmless: reads as before, takes appends', value: found.harmless },
    { name: 'missed', value: found.missed, atMost: 0 },
    { name: 'slowest look at one, ms', value: found.slowestMs, atMost: 10_000 },
  ];
}

function tamperFigures(found: TampersFound): readonly Figure[] {
  return [
    { name: 'tamperings with whole events', value: found.tampers },
    { name: 'of these seen', value: found.seen, atLeast: found.tampers },
    { name: 'of these refused at start', value: found.startsRefused },
    { name: 'attacks beyond what is promised', value: found.beyond },
    { name: 'of these seen all the same', value: found.beyondSeen },
  ];
}

function olderFigures(found: OlderCopiesFound): readonly Figure[] {
  return [
    { name: 'older copies under newer read models', value: found.copies },
    { name: 'of these refused at start', value: found.refused, atLeast: found.copies },
    { name: 'of these told by verify', value: found.told, atLeast: found.copies },
  ];
}

function diskFigures(found: FullDisksFound, asked: number): readonly Figure[] {
  return [
    { name: 'full disks', value: found.points, atLeast: asked },
    { name: 'events acknowledged around them', value: found.acknowledged },
    { name: 'appends refused', value: found.refused },
    { name: 'acknowledged and lost', value: found.lost, atMost: 0 },
  ];
}

function traceFigures(found: AcksTraced | undefined): readonly Figure[] {
  if (found === undefined) return [];
  return [
    { name: 'acknowledgements traced', value: found.acks, atLeast: acksTraced },
    { name: 'of these after their fsync', value: found.synced, atLeast: acksTraced },
  ];
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
