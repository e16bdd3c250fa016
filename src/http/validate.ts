import type { z } from 'zod';
import { plainMessage } from '../domain/kernel/plain-message.ts';
import { type InputError, Problem } from './problem.ts';
import { shownName } from './shown-name.ts';

const errorsMax = 20;

/**
 * Parses input by its schema: nothing is coerced, nothing unknown is dropped.
 * @param place what pointers start with: '' for the body, `query/` for parameters.
 * @throws Problem `validation-failed` with every complaint; `unprocessable` where the only complaints are impossible values.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  place = '',
): z.output<Schema> {
  const parsed = schema.safeParse(input, { error: plainMessage });
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const errors = issues.flatMap((issue) => complaints(issue, place)).slice(0, errorsMax);
  const first = errors[0];
  const detail =
    first === undefined ? 'The request is not valid.' : `${first.pointer || 'The body'}: ${first.message}.`;
  throw new Problem(issues.every(isImpossible) ? 'unprocessable' : 'validation-failed', detail, { errors });
}

function complaints(issue: z.core.$ZodIssue, place: string): InputError[] {
  const pointer = pointerTo(issue.path, place);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerTo([...issue.path, key], place),
      message: 'is not a known member',
    }));
  }
  if (issue.code === 'invalid_union') {
    const nearest = issue.errors.toSorted((a, b) => a.length - b.length)[0];
    if (nearest !== undefined && nearest.length > 0) {
      return nearest.flatMap((inner) =>
        complaints({ ...inner, path: [...issue.path, ...inner.path] }, place),
      );
    }
  }
  return [{ pointer, message: issue.message }];
}

/** RFC 6901; parameters and headers have no slash in front. A name that would have to be escaped is withheld anyway. */
function pointerTo(path: readonly PropertyKey[], place: string): string {
  const tokens = path.map((token) => shownName(String(token)));
  return place === '' ? tokens.map((token) => `/${token}`).join('') : `${place}${tokens.join('/')}`;
}

function isImpossible(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'custom' && issue.params?.['unprocessable'] === true;
}
