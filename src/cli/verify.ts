import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteReadModel } from '../adapters/read-model/sqlite/sqlite-read-model.ts';
import { brokenInvariants } from '../domain/order/invariants.ts';
import type { Order } from '../domain/order/state.ts';
import { type Ledger, openLedger } from '../main.ts';
import type { Defect } from '../projections/defect.ts';
import { orderDetails } from '../projections/order-details.ts';
import { projections } from '../projections/registry.ts';
import { type Verified, verify } from '../projections/verify.ts';
import { type CliCommand, exitCodes } from './command.ts';
import { duration, grouped, type Terminal } from './terminal.ts';

const defectsShownMax = 1_000;

export const verifyLedger: CliCommand = {
  summary: 'check every event, every order and every read model',
  usage: '',
  help: `Recomputes the hash chain of every stream, folds every order again and checks its rules after each event, and compares
every read model with a fresh fold. Also finds missing events and a log whose end was cut off. Changes nothing; a
server may run meanwhile. Every defect is named by stream and revision on standard error; the exit code is then 1.`,
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
  try {
    const verified = await verify(
      {
        ...ledger,
        scratch,
        projections,
        brokenRules: (name, document) =>
          name === orderDetails.name ? brokenInvariants(document as Order) : [],
        onProgress: ({ events, position, head }) =>
          terminal.progress('verify', {
            fraction: position / head,
            count: events,
            unit: 'events',
            elapsedMs: performance.now() - startedMs,
          }),
      },
      (defect) => {
        defects.push(defect);
        if (defects.length <= defectsShownMax) terminal.complain(describe(defect));
      },
    );
    terminal.progressDone();
    report(verified, defects, performance.now() - startedMs, terminal);
    return defects.length === 0 ? exitCodes.done : exitCodes.no;
  } finally {
    await scratch.close();
  }
}

function report(
  { events, streams, refusals }: Verified,
  defects: readonly Defect[],
  elapsedMs: number,
  terminal: Terminal,
): void {
  const rate = elapsedMs > 0 ? (events / elapsedMs) * 1_000 : 0;
  terminal.line(
    `${grouped(events)} events of ${grouped(streams)} streams (${grouped(refusals)} recorded refusals), ${projections.length} read models checked in ${duration(elapsedMs)}, ${grouped(rate)} events/s`,
  );
  if (defects.length === 0) terminal.line(terminal.paint('green', 'everything is as it must be'));
  else terminal.complain(`${grouped(defects.length)} defects found`);
  terminal.answer({ events, streams, refusals, defects });
}

function describe({ stream, revision, position, projection, problem }: Defect): string {
  const place = [
    stream === undefined ? undefined : `${stream}${revision === undefined ? '' : ` revision ${revision}`}`,
    position === undefined ? undefined : `position ${position}`,
    projection,
  ].filter((part) => part !== undefined);
  return [...place, problem].join(': ');
}
