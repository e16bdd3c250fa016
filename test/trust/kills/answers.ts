import type { Heard } from './connection.ts';

/** What the answer to a command means: it says what became of it, or asks to come again, or must not be at all. */
export type Meaning = 'said' | 'later' | { readonly wrong: string };

const said = new Set([200, 201, 409, 422]);
const later = new Set([503, 507]);

export function meaningOf({ status, headers, text }: Heard): Meaning {
  if (status < 300) return said.has(status) ? 'said' : { wrong: `${status} is no answer to a command` };
  const isProblem = headers['content-type']?.startsWith('application/problem+json') === true;
  if (!isProblem || !isProblemOf(status, text)) return { wrong: `${status} is no problem document: ${text}` };
  if (said.has(status)) return 'said';
  if (!later.has(status)) return { wrong: `${status} ${text}` };
  return headers['retry-after'] === undefined ? { wrong: `${status} without Retry-After` } : 'later';
}

function isProblemOf(status: number, text: string): boolean {
  try {
    const problem = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const texts = ['type', 'title', 'detail', 'instance'].every((name) => typeof problem[name] === 'string');
    return texts && problem['status'] === status;
  } catch {
    return false;
  }
}
