import { describe, expect, it } from 'vitest';
import type { GenerationRecord, ProjectionShape } from '../../ports/read-model.ts';
import { projectionFindings } from './projection-findings.ts';

const shape: ProjectionShape = { name: 'stats', version: 2, fields: [], indexes: [] };

/** A read model whose projection is at these positions, one after the other, and stays at the last. */
function at(positions: readonly number[], more: Partial<GenerationRecord> = {}) {
  let asked = -1;
  return {
    projections: async () => {
      asked = Math.min(asked + 1, positions.length - 1);
      const active = { generation: 1, version: 2, position: positions[asked] ?? 0, ...more };
      return [{ name: 'stats', active }];
    },
  };
}

async function severities(...given: Parameters<typeof projectionFindings>): Promise<readonly string[]> {
  return (await projectionFindings(...given)).map(({ severity, what }) => `${severity}: ${what}`);
}

describe('a projection', () => {
  it('is fine when it holds all there is', async () => {
    expect(await severities(at([7]), [shape], 7)).toEqual([]);
  });

  it('is fine when it holds all there was a moment later', async () => {
    expect(await severities(at([5, 6, 7]), [shape], 7)).toEqual([]);
  });

  it('is catching up while it moves', async () => {
    const many = Array.from({ length: 50 }, (_, index) => index);
    expect(await severities(at(many), [shape], 1_000)).toEqual([
      expect.stringMatching(/^warning: .*it is catching up$/),
    ]);
  });

  it('has nobody who works on it when it does not move', async () => {
    expect(await severities(at([5]), [shape], 7)).toEqual([
      'defect: stats is at position 5, the log at 7, and it does not move',
    ]);
  });

  it('is not called behind by a log that cannot be read', async () => {
    expect(await severities(at([5]), [shape])).toEqual([]);
  });

  it('is halted, and then not behind too', async () => {
    const halted = { position: 5, type: 'OrderEaten', error: 'nobody knows it' };
    expect(await severities(at([5], { halted }), [shape], 7)).toEqual([
      'defect: stats halted at position 5 (OrderEaten): nobody knows it',
    ]);
  });

  it('of another version will be rebuilt', async () => {
    expect(await severities(at([7], { version: 1 }), [shape], 7)).toEqual([
      'warning: stats is of version 1, this build makes version 2',
    ]);
  });

  it('that was never built has to be', async () => {
    expect(await severities({ projections: async () => [] }, [shape], 0)).toEqual([
      'defect: stats was never built',
    ]);
  });
});
