import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEventCodec } from '../../src/adapters/codec/event-codec.ts';
import { nodeDigest } from '../../src/adapters/digest/node-digest.ts';
import { createMemoryKeyStore } from '../../src/adapters/key-store/memory-key-store.ts';
import type { Catalogue, Evolve } from '../../src/domain/kernel/event-catalogue.ts';
import type { DomainEvent } from '../../src/ports/event-codec.ts';
import type { RecordedEvent } from '../../src/ports/event-store.ts';
import { actor, instantOf } from './given.ts';

/** An event as it lies in the log: the version it was written in, and its data as that version had it, unsealed. */
export interface StoredEvent {
  readonly type: string;
  readonly version: number;
  readonly data: object;
}

/** One golden file: the last event of the history is the one the file is about. */
export interface GoldenFile {
  readonly history: readonly StoredEvent[];
  /** The state all of it leads to. */
  readonly state: unknown;
}

const directory = join(import.meta.dirname, '..', 'golden');

/** Names of all golden files, such as `OrderPlaced.v1`. */
export function goldenNames(): readonly string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length));
}

export function hasGoldenFile(name: string): boolean {
  return existsSync(pathOf(name));
}

export function readGoldenFile(name: string): GoldenFile {
  return JSON.parse(readFileSync(pathOf(name), 'utf8')) as GoldenFile;
}

/** Writes a file that is not there yet; one that is there is never touched. */
export function addGoldenFile(name: string, golden: GoldenFile): void {
  writeFileSync(pathOf(name), `${JSON.stringify(golden, null, 2)}\n`, { flag: 'wx' });
}

function pathOf(name: string): string {
  return join(directory, `${name}.json`);
}

const codecKeys = createMemoryKeyStore();

/** Reads a stored history as the ledger does, through the codec: older versions are lifted to the current one. */
export function decodeHistory(
  catalogue: Catalogue,
  history: readonly StoredEvent[],
): Promise<readonly DomainEvent[]> {
  return createEventCodec([catalogue], codecKeys, nodeDigest).decode(history.map(recorded));
}

/** What is wrong with a decoded event by the schema of its current version; `undefined` when nothing is. */
export function complaintAbout(catalogue: Catalogue, event: DomainEvent): string | undefined {
  return createEventCodec([catalogue], codecKeys, nodeDigest).complaint(event);
}

export function foldHistory<State>(
  evolve: Evolve<State, { readonly type: string; readonly data: unknown }>,
  events: readonly DomainEvent[],
): State | undefined {
  return events.reduce<State | undefined>((state, event) => evolve(state, event, event), undefined);
}

function recorded({ type, version, data }: StoredEvent, revision: number): RecordedEvent {
  const metadata = { schemaVersion: version, actor, occurredAt: instantOf(revision) };
  return {
    stream: 'order-4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a',
    revision,
    position: revision + 1,
    eventId: `00000000-0000-5000-8000-${String(revision).padStart(12, '0')}`,
    type,
    data: JSON.stringify(data),
    metadata: JSON.stringify(metadata),
  };
}
