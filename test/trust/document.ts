import { readFileSync, writeFileSync } from 'node:fs';
import { boundOf, type PartReport } from './part-report.ts';

/** A whole run, as it is kept. */
export interface TrustSummary {
  readonly commit: string;
  readonly machine: string;
  readonly seed: number;
  readonly tookS: number;
  readonly parts: readonly PartReport[];
}

const path = new URL('../../docs/TRUST.md', import.meta.url);
const [start, end] = ['<!-- trust:start -->', '<!-- trust:end -->'];

/** Puts the figures of a run between the marks in docs/TRUST.md. */
export function writeFigures({ commit, machine, seed, tookS, parts }: TrustSummary): void {
  const text = readFileSync(path, 'utf8');
  const rows = parts.flatMap(({ name, figures, violations, tookS: partS, rerun }) => [
    `| **${name}** | ${violations.length} violations, ${partS} s | | \`${rerun}\` |`,
    ...figures.map(
      (figure) => `| ${figure.name} | ${figure.value.toLocaleString('en-US')} | ${boundOf(figure)} | |`,
    ),
  ]);
  const table = ['| Figure | Value | Bound | Again |', '| --- | ---: | --- | --- |', ...rows].join('\n');
  const about = `Seed ${seed}, commit ${commit}, ${tookS} s on ${machine}.`;
  const before = text.slice(0, text.indexOf(start) + start.length);
  writeFileSync(path, `${before}\n\n${about}\n\n${table}\n\n${text.slice(text.indexOf(end))}`);
}
