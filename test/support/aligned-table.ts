/** Rows of cells as lines: the first `textColumns` columns begin where they begin, the others end where they end. */
export function alignedTable(rows: readonly (readonly string[])[], textColumns: number): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const placed = (cell: string, column: number) =>
    column < textColumns ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return rows.map((row) => row.map(placed).join('  ').trimEnd()).join('\n');
}
