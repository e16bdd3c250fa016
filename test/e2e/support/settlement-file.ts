import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finished } from '../../support/ledger-child.ts';

interface Entry {
  readonly entryId: string;
  readonly status: string;
  readonly reference: string;
}

interface Report {
  readonly file: { readonly sha256: string; readonly rows: number; readonly badRows: readonly object[] };
  readonly matched: number;
  readonly breaks: readonly {
    readonly kind: string;
    readonly line?: number;
    readonly status: string;
    readonly differences: readonly { readonly amount: number; readonly currency: string }[];
    readonly entries: readonly Entry[];
  }[];
  readonly bookings: readonly Entry[];
  readonly outlived: readonly Entry[];
  readonly applied?: {
    readonly booked: number;
    readonly reversed: number;
    readonly refused: readonly object[];
  };
  readonly suspense: Readonly<Record<string, string>>;
}

/** What a run with --json has answered. */
export function reportOf({ stdout, stderr }: Finished): Report {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Report;
}

const header = 'line,type,reference,gross,fee,net,currency,date,payout,comment';

/** Writes a settlement file of these rows. Answers its path. */
export function fileIn(dataDir: string, rows: readonly string[], name = 'settlement.csv'): string {
  const path = join(dataDir, name);
  writeFileSync(path, `${[header, ...rows].join('\r\n')}\r\n`);
  return path;
}
