import type { Seeded } from '../../e2e/support/seeded.ts';
import type { Image } from './log-files.ts';

/** Something that happened to the bytes of one file of a log, and how to say it. */
export interface Damage {
  readonly what: string;
  readonly image: Image;
}

type File = keyof Image;

const pageBytes = 4_096;
/** Of a page, where SQLite keeps its header and the places of its cells. */
const pageHeadBytes = 64;

/**
 * One bit turned over. Most are spread evenly over the file; every fourth goes to the head of a page, and every tenth to
 * the first pages, where the tables themselves are described: few bytes that mean much.
 */
export function flipBit(image: Image, file: File, draws: Seeded): Damage {
  const bytes = bytesOf(image, file);
  const at = placeIn(bytes.length, file, draws);
  const bit = draws.below(8);
  return changed(image, file, `bit ${bit} of byte ${at} of the ${file} flipped`, (copy) => {
    copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  });
}

function placeIn(length: number, file: File, draws: Seeded): number {
  const where = draws.below(20);
  if (file !== 'database' || length <= pageBytes || where > 6) return draws.below(length);
  if (where > 1) return draws.below(length / pageBytes) * pageBytes + draws.below(pageHeadBytes);
  return draws.below(Math.min(length, 4 * pageBytes));
}

/** What a disk or a careless copy does beyond single bits. */
export const rougher = [overwriteByte, overwriteRun, zeroPage, swapPages, repeatPage] as const;

function overwriteByte(image: Image, file: File, draws: Seeded): Damage {
  const at = draws.below(bytesOf(image, file).length);
  const value = draws.below(256);
  return changed(image, file, `byte ${at} of the ${file} set to ${value}`, (copy) => {
    copy[at] = value;
  });
}

function overwriteRun(image: Image, file: File, draws: Seeded): Damage {
  const at = draws.below(bytesOf(image, file).length);
  const length = 2 + draws.below(510);
  return changed(image, file, `${length} bytes of the ${file} from ${at} on overwritten`, (copy) => {
    for (let index = at; index < Math.min(at + length, copy.length); index++) copy[index] = draws.below(256);
  });
}

function zeroPage(image: Image, file: File, draws: Seeded): Damage {
  const page = pageIn(image, file, draws);
  return changed(image, file, `page ${page} of the ${file} zeroed`, (copy) => {
    copy.fill(0, page * pageBytes, Math.min((page + 1) * pageBytes, copy.length));
  });
}

function swapPages(image: Image, file: File, draws: Seeded): Damage {
  const [one, other] = [pageIn(image, file, draws), pageIn(image, file, draws)];
  const before = bytesOf(image, file);
  return changed(image, file, `pages ${one} and ${other} of the ${file} swapped`, (copy) => {
    before.copy(copy, one * pageBytes, other * pageBytes, (other + 1) * pageBytes);
    before.copy(copy, other * pageBytes, one * pageBytes, (one + 1) * pageBytes);
  });
}

/** As after a write that went to the wrong place. */
function repeatPage(image: Image, file: File, draws: Seeded): Damage {
  const [one, other] = [pageIn(image, file, draws), pageIn(image, file, draws)];
  return changed(image, file, `page ${one} of the ${file} written over page ${other}`, (copy) => {
    bytesOf(image, file).copy(copy, other * pageBytes, one * pageBytes, (one + 1) * pageBytes);
  });
}

function pageIn(image: Image, file: File, draws: Seeded): number {
  return draws.below(Math.max(1, Math.floor(bytesOf(image, file).length / pageBytes)));
}

function bytesOf(image: Image, file: File): Buffer {
  return image[file] ?? Buffer.alloc(0);
}

function changed(image: Image, file: File, what: string, change: (copy: Buffer) => void): Damage {
  const copy = Buffer.from(bytesOf(image, file));
  change(copy);
  return { what, image: { ...image, [file]: copy } };
}
