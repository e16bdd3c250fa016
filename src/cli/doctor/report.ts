import type { Finding } from '../../ports/examination.ts';
import { type ExitCode, exitCodes } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { type Diagnoses, type Diagnosis, verdictOf } from './diagnosis.ts';

const states = { up: ['green', 'up'], new: ['yellow', 'not made yet'], down: ['red', 'down'] } as const;

const verdicts = {
  fine: { colour: 'green', words: 'everything is as it should be', code: exitCodes.done },
  wanting: { colour: 'red', words: 'something has to be mended', code: exitCodes.no },
  down: { colour: 'red', words: 'a dependency is down', code: exitCodes.dependencyDown },
} as const;

const lingerMsMax = 200;

/** Shows what was found, and says how the command ends. */
export function conclude(diagnoses: Diagnoses, terminal: Terminal): ExitCode {
  show(diagnoses, terminal);
  // What was given up on may still be connecting; it must not keep the process.
  setTimeout(() => process.exit(), lingerMsMax).unref();
  return verdicts[verdictOf(diagnoses)].code;
}

/** A table of the dependencies, then what was found, worst first, each with how to mend it. */
function show(diagnoses: Diagnoses, terminal: Terminal): void {
  const { dependencies, settings, tookMs } = diagnoses;
  terminal.table(
    ['DEPENDENCY', 'WHERE', 'SERVER', 'LATENCY', 'STATE'],
    dependencies.map((each) => rowOf(each, terminal)),
  );
  const found = [
    ...dependencies.flatMap(({ name, findings }) => findings.map((finding) => ({ about: name, finding }))),
    ...settings.map((finding) => ({ about: 'settings', finding })),
  ];
  for (const severity of ['defect', 'warning'] as const) {
    for (const { about, finding } of found.filter((each) => each.finding.severity === severity)) {
      showFinding(about, finding, terminal);
    }
  }
  const verdict = verdictOf(diagnoses);
  const warnings = found.filter(({ finding }) => finding.severity === 'warning').length;
  const { colour, words } = verdicts[verdict];
  terminal.line();
  terminal.line(terminal.paint(colour, verdict === 'fine' ? fineWith(warnings, words) : words));
  terminal.answer({ verdict, tookMs, dependencies, settings });
}

function rowOf(
  { name, where, server, version, latencyMs, state }: Diagnosis,
  terminal: Terminal,
): readonly string[] {
  const [colour, words] = states[state];
  return [
    name,
    where,
    [server, version].filter((part) => part !== undefined).join(' '),
    latencyMs === undefined ? '' : `${latencyMs.toFixed(1)} ms`,
    terminal.paint(colour, words),
  ];
}

function showFinding(about: string, { severity, what, remedy }: Finding, terminal: Terminal): void {
  const mark = severity === 'defect' ? terminal.paint('red', 'mend') : terminal.paint('yellow', 'warning');
  terminal.line();
  terminal.line(`${mark}  ${about}: ${what}`);
  terminal.line(`      ${remedy}`);
}

function fineWith(warnings: number, words: string): string {
  if (warnings === 0) return words;
  return warnings === 1 ? 'it works, with 1 warning' : `it works, with ${warnings} warnings`;
}
