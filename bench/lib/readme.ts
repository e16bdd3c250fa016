import { readFileSync, writeFileSync } from 'node:fs';
import type { Result } from './figure.ts';

const readme = new URL('../../README.md', import.meta.url);
const marked = /(?<=<!-- bench:start -->\n)[\s\S]*(?=<!-- bench:end -->)/;

/** Puts the ratios into the README, between its marks. @throws when the marks are gone */
export function updateReadme(results: readonly Result[], machine: string): void {
  const text = readFileSync(readme, 'utf8');
  if (!marked.test(text)) throw new Error('README.md has no marks for the figures');
  const rows = [
    ['Figure', 'Against', 'Ratio', 'Bar'],
    ...results.map((result) =>
      'max' in result
        ? [result.name, '', `${Math.round(result.value)} ${result.unit}`, `≤ ${result.max}`]
        : [result.name, result.ceiling.name, result.ratio.toFixed(2), `≥ ${result.bar?.toFixed(2)}`],
    ),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const table = [line(head), rule, ...body.map(line)].join('\n');
  writeFileSync(
    readme,
    text.replace(marked, `${table}\n\nMedians of three runs, of five over HTTP, on ${machine}.\n`),
  );
}
