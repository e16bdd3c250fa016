import { expect, test } from 'vitest';
import { z } from 'zod';
import { plainMessage } from './plain-message.ts';

const schema = z.strictObject({
  name: z.string().min(1).max(3),
  count: z.int().min(1).max(9),
  kind: z.enum(['single', 'recurring']),
  list: z.array(z.int()).min(1).max(2),
  initial: z.string().min(1).max(1),
  pair: z.array(z.int()).min(2).max(2),
  only: z.array(z.int()).max(1),
  money: z.strictObject({ amount: z.int() }),
  exact: z.literal(true),
  own: z.string('must be your own'),
});
const good = {
  name: 'a',
  count: 1,
  kind: 'single',
  list: [1],
  initial: 'a',
  pair: [1, 2],
  only: [],
  money: { amount: 1 },
  exact: true,
  own: '',
};

test.each([
  ['missing', { name: undefined }, 'is missing'],
  ['a number for text', { name: 5 }, 'must be text'],
  ['text for a number', { count: '3' }, 'must be a number'],
  ['a fraction', { count: 1.5 }, 'must be a whole number'],
  ['null', { money: null }, 'must be an object'],
  ['an object for a list', { list: {} }, 'must be a list'],
  ['text for a flag', { exact: 'true' }, 'must be true'],
  ['no choice', { kind: 'many' }, 'must be one of single, recurring'],
  ['empty text', { name: '' }, 'must not be empty'],
  ['long text', { name: 'abcd' }, 'must have at most 3 characters'],
  ['an empty list', { list: [] }, 'must not be empty'],
  ['a long list', { list: [1, 2, 3] }, 'must have at most 2 entries'],
  ['two characters for one', { initial: 'ab' }, 'must have at most 1 character'],
  ['two entries for one', { only: [1, 2] }, 'must have at most 1 entry'],
  ['one entry for two', { pair: [1] }, 'must have at least 2 entries'],
  ['what the library words best', { more: 1 }, 'Unrecognized key: "more"'],
  ['too little', { count: 0 }, 'must be at least 1'],
  ['too much', { count: 10 }, 'must be at most 9'],
  ['what has words of its own', { own: 1 }, 'must be your own'],
])('says in plain words what is wrong: %s', (_what, change, message) => {
  const parsed = schema.safeParse({ ...good, ...change }, { error: plainMessage });
  expect(parsed.error?.issues.map((issue) => issue.message)).toEqual([message]);
});

test('leaves what is good alone', () => {
  expect(schema.safeParse(good, { error: plainMessage }).success).toBe(true);
});
