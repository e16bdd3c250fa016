import type { Seeded } from '../../e2e/support/seeded.ts';
import { type Draft, headerIn } from './draft.ts';
import type { Answer } from './wire.ts';

/** Commands that were answered, to be sent again: the same, and under the same key another. */
export interface Retries {
  remember(draft: Draft, answer: Answer): void;
  /** `undefined` while nothing was recorded. */
  again(): Draft | undefined;
  /** How this answer differs from the one that was recorded, where it may not. */
  difference(draft: Draft, answer: Answer): string | undefined;
}

const keptMax = 40;

interface Recorded {
  readonly draft: Draft;
  readonly status: number;
  readonly body: string;
}

export function createRetries(draw: Seeded): Retries {
  const recorded: Recorded[] = [];
  const sentAgain = new WeakMap<Draft, Recorded>();

  return {
    remember: (draft, { status, body }) => {
      const isRecorded = status < 300 || status === 409;
      // Releasing a webhook that waits already does nothing, and what does nothing is not recorded.
      const mayBeNothing = draft.operation.id === 'releaseWebhook';
      const isPlain = headerIn(draft, 'prefer') === undefined && draft.query.length === 0 && !mayBeNothing;
      if (!isRecorded || !isPlain || headerIn(draft, 'idempotency-key') === undefined) return;
      if (recorded.length < keptMax) recorded.push({ draft, status, body });
      else recorded[draw.below(keptMax)] = { draft, status, body };
    },
    again: () => {
      const first = recorded.length === 0 ? undefined : draw.pick(recorded);
      if (first === undefined) return undefined;
      const draft = {
        ...structuredClone({ ...first.draft, operation: undefined }),
        operation: first.draft.operation,
      };
      sentAgain.set(draft, first);
      return draft;
    },
    difference: (draft, answer) => {
      const first = sentAgain.get(draft);
      if (first === undefined || draft.kind !== 'retry') return undefined;
      if (answer.status !== first.status) return `answered ${answer.status}, at first ${first.status}`;
      if (answer.body !== first.body) return `answered other than at first: ${first.body.slice(0, 300)}`;
      const isMarked = answer.headers.get('idempotent-replayed')?.join() === 'true';
      return isMarked ? undefined : 'was answered without Idempotent-Replayed';
    },
  };
}
