import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { DocumentWrite, ProjectionShape } from '../../../ports/read-model.ts';
import { BuildGeneration } from './build-generation.ts';
import { openGenerationFile, stopCommits } from './generation-file.ts';

const shape: ProjectionShape = { name: 'parcels', version: 1, fields: [], indexes: [] };
/** More than is written on the thread of the caller. */
const many = 2_500;

let directory: string;
let file: string;
let build: BuildGeneration;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'build-generation-'));
  file = join(directory, 'parcels.1.db');
  build = new BuildGeneration(file, shape);
});

afterEach(async () => {
  await build.close();
  rmSync(directory, { recursive: true });
});

function documents(count: number, position: number): readonly DocumentWrite[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `parcel-${index}`,
    body: JSON.stringify({ index, position }),
    position,
    fields: {},
    isNew: position === 1,
  }));
}

describe('a build whose commits are large', () => {
  test('finds what it wrote, and goes on from where it is', async () => {
    expect(await build.commit({ from: 0, to: 1, writes: documents(many, 1), deletes: [] })).toBe(true);
    expect(await build.position()).toBe(1);
    expect(await build.commit({ from: 1, to: 2, writes: documents(3, 2), deletes: ['parcel-9'] })).toBe(true);
    const found = await build.load(['parcel-2', 'parcel-3', 'parcel-9', 'nothing']);
    expect([...found.keys()]).toEqual(['parcel-2', 'parcel-3']);
    expect(found.get('parcel-2')).toEqual({ id: 'parcel-2', body: '{"index":2,"position":2}', position: 2 });
    expect(found.get('parcel-3')?.position).toBe(1);
    expect(await build.position()).toBe(2);
  });

  test('answers in the order it was asked, without being waited for', async () => {
    const first = build.commit({ from: 0, to: 1, writes: documents(many, 1), deletes: [] });
    const second = build.commit({ from: 1, to: 2, writes: documents(many, 2), deletes: [] });
    const found = build.load([`parcel-${many - 1}`]);
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect((await found).get(`parcel-${many - 1}`)?.position).toBe(2);
  });

  test('writes nothing from a position it is not at, nor once commits have been stopped', async () => {
    expect(await build.commit({ from: 7, to: 8, writes: documents(many, 8), deletes: [] })).toBe(false);
    expect((await build.load(['parcel-1'])).size).toBe(0);
    stopCommits(file);
    expect(await build.commit({ from: 0, to: 1, writes: documents(many, 1), deletes: [] })).toBe(false);
    expect(await build.position()).toBe(0);
  });

  test('leaves a file that another can open when it is closed', async () => {
    await build.commit({ from: 0, to: 1, writes: documents(many, 1), deletes: [] });
    await build.close();
    const again = openGenerationFile(file, shape);
    expect(await again.position()).toBe(1);
    expect((await again.load(['parcel-0'])).size).toBe(1);
    await again.close();
    build = new BuildGeneration(file, shape);
  });

  test('keeps its halt, and lists all of its documents', async () => {
    await build.commit({ from: 0, to: 1, writes: documents(many, 1), deletes: [] });
    const halt = { position: 2, type: 'ParcelLost', error: 'nobody knows' };
    await build.halt(halt);
    expect(await build.halted()).toEqual(halt);
    let count = 0;
    for await (const _document of build.documents()) count += 1;
    expect(count).toBe(many);
  });
});

test('a write that fails on the thread says what is wrong, as it would here', async () => {
  await build.commit({ from: 0, to: 1, writes: documents(many, 1), deletes: [] });
  const twice = documents(many, 2).map((write) => ({ ...write, body: null as unknown as string }));
  await expect(build.commit({ from: 1, to: 2, writes: twice, deletes: [] })).rejects.toThrow(/NOT NULL/);
  expect(await build.position()).toBe(1);
});

test('a build that was removed meanwhile is not made anew', async () => {
  const other = new BuildGeneration(join(directory, 'other.1.db'), shape);
  rmSync(directory, { recursive: true });
  await expect(
    other.commit({ from: 0, to: 1, writes: documents(many, 1), deletes: [] }),
  ).rejects.toBeInstanceOf(StoreUnavailable);
  await other.close();
  build = new BuildGeneration(file, shape);
});

test('once its thread is lost everything asked of it fails at once, and it closes', async () => {
  const post = vi.spyOn(Worker.prototype, 'postMessage');
  onTestFinished(() => post.mockRestore());
  await build.commit({ from: 0, to: 1, writes: documents(many, 1), deletes: [] });
  await (post.mock.contexts[0] as Worker).terminate();
  await expect(build.load(['parcel-1'])).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(build.position()).rejects.toThrow(/has ended/);
  await build.close();
  const again = openGenerationFile(file, shape);
  expect(await again.position()).toBe(1);
  await again.close();
});

test('a thread that fails while it closes is closed', async () => {
  const post = vi.spyOn(Worker.prototype, 'postMessage');
  onTestFinished(() => post.mockRestore());
  await build.commit({ from: 0, to: 1, writes: documents(many, 1), deletes: [] });
  const closing = build.close();
  (post.mock.contexts[0] as Worker).emit('error', new Error('out of memory'));
  await expect(closing).resolves.toBeUndefined();
});
