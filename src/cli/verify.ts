import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteReadModel } from '../adapters/read-model/sqlite/sqlite-read-model.ts';
import { type Ledger, openLedger } from '../main.ts';
import type { Defect, Tell } from '../projections/defect.ts';
import { projections } from '../projections/registry.ts';
import { type Verified, verify } from '../projections/verify.ts';
import { type CliCommand, exitCodes } from './command.ts';
import { duration, grouped, type Terminal } from './terminal.ts';
import { brokenRules, checkMoney, type MoneyChecked, moneyChecks } from './verify-money.ts';

const defectsShownMax = 1_000;

export const verifyLedger: CliCommand = {
  summary: 'check every event, every order and every read model',
  usage: '',
  help: `Recomputes the hash chain of every stream, folds every order again and checks its rules after each event, and compares
every read model with a fresh fold. Holds the books against the orders: every entry is what the rules give, accounts are
what the orders say, and debit and credit are equal at every position; and against the payment provider's own book,
where it keeps one. Also finds missing events and a log whose end was cut off. Changes nothing; a server may run
meanwhile. Every defect is named by stream and revision on standard error; the exit code is then 1.`,
  options: {},
  words: [0, 0],
  run: async ({ config, terminal }) => {
    const ledger = await openLedger(config, { documents: 'write', evenIfDamaged: true });
    const directory = mkdtempSync(join(tmpdir(), 'ledger-verify-'));
    try {
      return await check(ledger, join(directory, 'scratch.db'), terminal);
    } finally {
      rmSync(directory, { recursive: true, force: true });
      await ledger.close();
    }
  },
};

async function check(ledger: Ledger, scratchPath: string, terminal: Terminal) {
  const startedMs = performance.now();
  const defects: Defect[] = [];
  const scratch = openSqliteReadModel({ path: scratchPath });
  const tell: Tell = (defect) => {
    defects.push(defect);
    if (defects.length <= defectsShownMax) terminal.complain(describe(defect));
  };
  try {
    const verified = await verify(
      {
        ...ledger,
        scratch,
        projections: [...projections, ...moneyChecks],
        brokenRules,
        onProgress: ({ events, position, head }) =>
          terminal.progress('verify', {
            fraction: position / head,
            count: events,
            unit: 'events',
            elapsedMs: performance.now() - startedMs,
          }),
      },
      tell,
    );
    terminal.progressDone();
    const money = await checkMoney(ledger, scratch, tell);
    report({ ...verified, ...money }, defects, performance.now() - startedMs, terminal);
    return defects.length === 0 ? exitCodes.done : exitCodes.no;
  } finally {
    await scratch.close();
  }
}

function report(
  { events, streams, refusals, entries, unbooked, gateway }: Verified & MoneyChecked,
  defects: readonly Defect[],
  elapsedMs: number,
  terminal: Terminal,
): void {
  const rate = elapsedMs > 0 ? (events / elapsedMs) * 1_000 : 0;
  terminal.line(
    `${grouped(events)} events of ${grouped(streams)} streams (${grouped(refusals)} recorded refusals), ${projections.length} read models checked in ${duration(elapsedMs)}, ${grouped(rate)} events/s`,
  );
  const apart =
    unbooked === 0 ? '' : `; ${grouped(unbooked)} orders from before there were books passed over`;
  terminal.line(
    `${grouped(entries)} entries of the books checked against the rules and balanced at every position${apart}; payment provider: ${gateway}`,
  );
  if (defects.length === 0) terminal.line(terminal.paint('green', 'everything is as it must be'));
  else terminal.complain(`${grouped(defects.length)} defects found`);
  terminal.answer({ events, streams, refusals, books: { entries, unbooked, gateway }, defects });
}

function describe({ stream, revision, position, projection, problem }: Defect): string {
  const place = [
    stream === undefined ? undefined : `${stream}${revision === undefined ? '' : ` revision ${revision}`}`,
    position === undefined ? undefined : `position ${position}`,
    projection,
  ].filter((part) => part !== undefined);
  return [...place, problem].join(': ');
}
