/** A function of a file, by the line it starts on (the first is 1). */
export interface FunctionSpan {
  readonly line: number;
  readonly header: string;
  readonly length: number;
  /** Without the lines of functions inside it, which count for themselves. */
  readonly ownLength: number;
}

const opens = /(?:=>|\)|\)\s*:\s*[^=]+)\s*\{$/;
const isControlFlow = /^\s*(?:\}\s*)?(?:if|for|while|switch|catch|else|try|do)\b/;

/**
 * The functions of a file, by its indentation: the formatter guarantees that a block ends with a brace in the column its
 * statement began in. Blocks of control flow are not functions; suites of tests are told by their header.
 */
export function functionsIn(lines: readonly string[]): readonly FunctionSpan[] {
  const spans = spansIn(lines);
  return spans.map((outer) => {
    const within = spans.filter((inner) => contains(outer, inner));
    const direct = within.filter((inner) => !within.some((between) => contains(between, inner)));
    return { ...outer, ownLength: outer.length - direct.reduce((sum, { length }) => sum + length, 0) };
  });
}

type Span = Omit<FunctionSpan, 'ownLength'>;

function contains(outer: Span, inner: Span): boolean {
  return outer.line < inner.line && inner.line + inner.length <= outer.line + outer.length;
}

function spansIn(lines: readonly string[]): readonly Span[] {
  return lines.flatMap((text, index) => {
    if (!opens.test(text) || isControlFlow.test(text)) return [];
    const start = startOf(lines, index);
    const indent = indentOf(text);
    const end = lines.findIndex(
      (later, at) => at > index && indentOf(later) === indent && later.trimStart().startsWith('}'),
    );
    if (end < 0) return [];
    return [{ line: start + 1, header: (lines[start] ?? '').trim(), length: end - start + 1 }];
  });
}

/** A signature over several lines ends with `): Type {`; the function starts where its parenthesis was opened. */
function startOf(lines: readonly string[], at: number): number {
  if (!/^\s*\)/.test(lines[at] ?? '')) return at;
  const indent = indentOf(lines[at] ?? '');
  return lines.findLastIndex((line, index) => index < at && indentOf(line) === indent && line.trim() !== '');
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
