import { type Figure, holds, type Limit, type Result } from './figure.ts';

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** The results as people read them. @param decides whether to say which bars hold. */
export function table(results: readonly Result[], decides: boolean): string {
  const rows = [
    ['figure', 'measured', 'ceiling', 'ratio', 'bar', ''],
    ...results.map((result) => [
      ...('max' in result ? limitRow(result) : figureRow(result)),
      decides ? verdict(result) : '',
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return [
    lines[0],
    '-'.repeat(lines[0]?.length ?? 0),
    ...lines.slice(1),
    '',
    ...results.flatMap(detail),
  ].join('\n');
}

function figureRow(result: Figure): readonly string[] {
  const { name, unit, value, ceiling, ratio, bar } = result;
  const shown = (each: number) => (unit === 'of bare' ? each.toFixed(2) : number.format(each));
  return [
    `${name} ÷ ${ceiling.name}`,
    `${shown(value)} ${unit}`,
    shown(ceiling.value),
    ratio.toFixed(2),
    bar === undefined ? '' : `≥ ${bar.toFixed(2)}`,
  ];
}

function limitRow(result: Limit): readonly string[] {
  const { name, unit, value, max } = result;
  return [name, `${number.format(value)} ${unit}`, '', '', `≤ ${number.format(max)}`];
}

function verdict(result: Result): string {
  return holds(result) ? 'holds' : 'BELOW';
}

function detail(result: Result): readonly string[] {
  if ('max' in result || result.seen === undefined) return [];
  const { p50Ms, p99Ms, lagMs } = result.seen;
  const lag = lagMs === undefined || lagMs === 0 ? '' : `, lag back to 0 after ${number.format(lagMs)} ms`;
  return [`${result.name}: p50 ${p50Ms?.toFixed(1)} ms, p99 ${p99Ms?.toFixed(1)} ms${lag}`];
}
