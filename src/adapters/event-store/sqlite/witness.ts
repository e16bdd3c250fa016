import { hash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { RecordedEvent } from '../../../ports/event-store.ts';
import type { Committed } from './group-commit.ts';

/**
 * What the log last ended with, kept in a small file beside the database. SQLite takes a log whose tail was cut off
 * for a shorter log; this is how that is noticed. Written now and then, so it may lag behind, never run ahead.
 */
const witness = z.strictObject({
  position: z.int(),
  stream: z.string(),
  revision: z.int(),
  /** SHA-256 of the stored metadata, which holds the event's chain hash. */
  metadata: z.string(),
});
export type Witness = z.output<typeof witness>;

const intervalMs = 250;

export interface WitnessWriter {
  saw(committed: Committed): void;
  /** Writes what was last seen, if that is news. */
  flush(): void;
}

export function createWitnessWriter(path: string): WitnessWriter {
  let latest: Committed | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;

  return {
    saw(committed) {
      latest = committed;
      if (performance.now() - writtenAt >= intervalMs) flush();
    },
    flush,
  };

  function flush(): void {
    const event = latest?.events.at(-1);
    if (latest === undefined || event === undefined) return;
    const { position, stream, revision } = latest;
    latest = undefined;
    writtenAt = performance.now();
    if ((readWitness(path)?.position ?? 0) >= position) return;
    writeWitness(path, { position, stream, revision, metadata: digestOf(event.metadata) });
  }
}

/** Best effort: a full disk must not fail an append that is already durable. */
function writeWitness(path: string, seen: Witness): void {
  try {
    writeFileSync(`${path}.new`, JSON.stringify(seen), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  } catch {
    // The older witness stays, and says less.
  }
}

/** The witness, or `undefined` where there is none or it is unreadable: it can only add certainty. */
export function readWitness(path: string): Witness | undefined {
  try {
    return witness.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Whether the event found at the witness's position is the one it saw. */
export function matches(seen: Witness, event: Pick<RecordedEvent, 'metadata'> | undefined): boolean {
  return event !== undefined && digestOf(event.metadata) === seen.metadata;
}

function digestOf(metadata: string): string {
  return hash('sha256', metadata, 'base64url');
}
