import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { closedAfterwards, temporaryDirectory } from '../../../../test/support/store-directory.ts';
import type { ListQuery, ProjectionShape } from '../../../ports/read-model.ts';
import { openGenerationFile } from './generation-file.ts';
import { SqliteProjectionReader } from './projection-reader.ts';

const shape: ProjectionShape = {
  name: 'order-list',
  version: 1,
  fields: ['placedAt'],
  indexes: [['placedAt']],
};
const query: ListQuery = { equals: {}, orderBy: 'placedAt', countMax: 9 };

/** A generation at `position` with one document that says so. */
async function generationAt(directory: string, position: number): Promise<string> {
  const path = join(directory, `${position}.db`);
  const generation = closedAfterwards(openGenerationFile(path, shape));
  const body = `as of ${position}`;
  const write = { id: 'a', body, position, isNew: true, fields: { placedAt: '2026-01-01' } };
  await generation.commit({ from: 0, to: position, writes: [write], deletes: [] });
  return path;
}

test('a switch that comes in the middle of an answer is followed by the next one: each is of one generation', async () => {
  const directory = temporaryDirectory();
  const paths = [await generationAt(directory, 5), await generationAt(directory, 9)];
  let looks = 0;
  const reader = new SqliteProjectionReader(
    { version: () => looks++, path: () => paths[Math.floor(looks / 2) % 2] },
    shape,
  );
  onTestFinished(() => reader.close());
  for (let read = 0; read < 12; read++) {
    const { documents, asOf } = await reader.list(query);
    expect(documents.map(({ body }) => body)).toEqual([`as of ${asOf}`]);
    const document = reader.get('a');
    expect(document?.body).toBe(`as of ${document?.asOf}`);
  }
});

test('statements of one generation are not used for another', async () => {
  const directory = temporaryDirectory();
  const paths = [await generationAt(directory, 5), await generationAt(directory, 9)];
  let active = 0;
  const reader = new SqliteProjectionReader({ version: () => active, path: () => paths[active] }, shape);
  onTestFinished(() => reader.close());
  for (const expected of [5, 9, 5, 9]) {
    expect((await reader.list(query)).asOf).toBe(expected);
    expect(reader.position()).toBe(expected);
    active = 1 - active;
  }
});
