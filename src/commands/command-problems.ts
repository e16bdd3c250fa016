import type { ProblemSlug } from '../http/problem.ts';

/** What every command may be answered with, beside what every operation may. */
export const commandProblems: readonly ProblemSlug[] = [
  'validation-failed',
  'idempotency-key-missing',
  'idempotency-key-invalid',
  'not-found',
  'conflict',
  'gone',
  'revision-mismatch',
  'payload-too-large',
  'unsupported-media-type',
  'idempotency-key-reused',
  'unprocessable',
  'outcome-unknown',
];
