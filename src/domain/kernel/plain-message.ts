import type { z } from 'zod';

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
};

/**
 * Says what a value must be, for people who sent it and never saw the schema. To be given to `safeParse` as its `error`;
 * a schema with words of its own keeps them, and what is not covered here is worded by the library.
 */
export function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return 'is missing';
  switch (issue.code) {
    case 'invalid_type': {
      const kind = kinds[issue.expected];
      return kind && `must be ${kind}`;
    }
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must ${bound('least', issue.origin, issue.minimum)}`;
    case 'too_big':
      return `must ${bound('most', issue.origin, issue.maximum)}`;
    default:
      return undefined;
  }
}

function bound(side: 'least' | 'most', origin: string, limit: number | bigint): string {
  const counted = { string: ['character', 'characters'], array: ['entry', 'entries'] }[origin];
  if (counted === undefined) return `be at ${side} ${limit}`;
  if (side === 'least' && limit === 1) return 'not be empty';
  return `have at ${side} ${limit} ${counted[limit === 1 ? 0 : 1]}`;
}
