import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { alignedTable } from '../support/aligned-table.ts';

/** What one part of the trust run found: enough to judge it, and to run it again. */
export interface PartReport {
  /** Kebab-case, the same for ever: reports are compared by it. */
  readonly name: string;
  /** Leads to the same run again. */
  readonly seed: number;
  /** One line that does so. */
  readonly rerun: string;
  readonly tookS: number;
  readonly figures: readonly Figure[];
  /** Everything that must not have happened, each with what it takes to see it again. */
  readonly violations: readonly string[];
}

/** Something counted or measured, and the bound it has to keep; without one it is only told. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export function keeps({ value, atLeast, atMost }: Figure): boolean {
  return (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost);
}

const violationsShownMax = 40;

/**
 * Prints what a part found, and writes it as JSON where a file is named.
 * @returns the exit code: 1 where anything is violated, or a figure misses its bound
 */
export function closePart(report: PartReport, file: string | undefined): 0 | 1 {
  const rows = report.figures.map((figure) => {
    const verdict = keeps(figure) ? '' : 'MISSED';
    return [figure.name, figure.value.toLocaleString('en-US'), boundOf(figure), verdict];
  });
  const verdict = `seed ${report.seed}: ${report.violations.length} violations in ${report.tookS} s`;
  process.stdout.write(`${alignedTable([['figure', 'value', 'bound', ''], ...rows], 1)}\n\n${verdict}\n`);
  const isWell = report.violations.length === 0 && report.figures.every(keeps);
  if (!isWell) process.stdout.write(`again: ${report.rerun}\n`);
  for (const what of report.violations.slice(0, violationsShownMax)) process.stdout.write(`  ${what}\n`);
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  }
  return isWell ? 0 : 1;
}

export function boundOf({ atLeast, atMost }: Figure): string {
  if (atLeast !== undefined && atLeast === atMost) return `= ${atLeast.toLocaleString('en-US')}`;
  if (atLeast !== undefined) return `≥ ${atLeast.toLocaleString('en-US')}`;
  return atMost === undefined ? '' : `≤ ${atMost.toLocaleString('en-US')}`;
}
