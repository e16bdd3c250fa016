import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { givenFor } from '../../../test/support/given.ts';
import type { Aggregate } from './decider.ts';
import { defineEvents, type EventOf, evolveWith } from './event-catalogue.ts';
import { accept, refuse } from './result.ts';

interface Box {
  readonly items: readonly string[];
  readonly extra?: unknown;
}

type Command =
  | { readonly type: 'Put'; readonly item: string }
  | { readonly type: 'PutUnknown' }
  | { readonly type: 'Scribble'; readonly notes: string[] };

const events = defineEvents<Box>()({
  BoxOpened: { version: 1, data: z.strictObject({}), creates: () => ({ items: [] }) },
  ItemPut: {
    version: 1,
    data: z.strictObject({ item: z.string() }),
    evolve: (box, { item }) => ({
      ...box,
      items: [...box.items, item],
      ...(item === 'a date' && { extra: new Map() }),
      ...(item === 'a gap' && { extra: undefined }),
    }),
  },
  BoxShaken: {
    version: 1,
    data: z.strictObject({}),
    evolve: (box) => {
      (box.items as string[]).push('dust');
      return box;
    },
  },
});

let calls = 0;

const boxes: Aggregate<Box, Command, EventOf<typeof events>, 'full' | 'closed'> = {
  category: 'box',
  events,
  evolve: evolveWith<Box, typeof events>(events),
  creating: [],
  rejections: { full: { status: 409, title: 'The box is full' } },
  subject: () => 'nobody',
  decide: (command, box) => {
    if (command.type === 'PutUnknown')
      return accept({ type: 'ItemPut', data: { item: 'x', ...{ size: 3 } } });
    if (command.type === 'Scribble') {
      command.notes.push('seen');
      return accept();
    }
    if (command.item === 'a die') return refuse('full', `thrown ${calls++} times`);
    if (command.item === 'nothing') return refuse('full', '');
    if (command.item === 'a lie') return refuse('closed', 'There is no such refusal.');
    return (box?.items.length ?? 0) > 1
      ? refuse('full', 'It holds two.')
      : accept({ type: 'ItemPut', data: { item: command.item } });
  },
};

const given = givenFor(boxes, ({ items }) => (items.includes('a snake') ? ['no snakes'] : []));
const opened = { type: 'BoxOpened', data: {} } as const;
const put = (item: string) => ({ type: 'ItemPut', data: { item } }) as const;
const ask = (item: string): Command => ({ type: 'Put', item });

describe('given / when / then', () => {
  it('passes where exactly that happens', () => {
    expect(given(opened, put('a')).when(ask('b')).then(put('b'))).toEqual({ items: ['a', 'b'] });
    given(opened, put('a'), put('b')).when(ask('c')).refused('full', 'two');
  });

  it.each<readonly [string, () => unknown]>([
    ['another event happens', () => given(opened).when(ask('b')).then(put('c'))],
    ['one event too many is expected', () => given(opened).when(ask('b')).then(put('b'), put('b'))],
    ['nothing is expected to happen', () => given(opened).when(ask('b')).then()],
    ['it is refused', () => given(opened, put('a'), put('b')).when(ask('c')).then(put('c'))],
    ['it is not refused', () => given(opened).when(ask('b')).refused('full')],
    [
      'it is refused for another reason',
      () => given(opened, put('a'), put('b')).when(ask('c')).refused('closed'),
    ],
    [
      'the detail says something else',
      () => given(opened, put('a'), put('b')).when(ask('c')).refused('full', 'three'),
    ],
    ['the detail says nothing', () => given(opened).when(ask('nothing')).refused('full')],
    ['the code is in no table', () => given(opened).when(ask('a lie')).refused('closed')],
    ['the same question gets another answer', () => given(opened).when(ask('a die'))],
    [
      'an invariant is broken by what happened',
      () => given(opened).when(ask('a snake')).then(put('a snake')),
    ],
    ['an invariant is broken from the start', () => given(opened, put('a snake'))],
    ['the state is not plain JSON', () => given(opened).when(ask('a date')).then(put('a date'))],
    ['the state says undefined', () => given(opened).when(ask('a gap')).then(put('a gap'))],
    [
      'an event has a field that its schema does not know',
      () =>
        given(opened)
          .when({ type: 'PutUnknown' })
          .then({ type: 'ItemPut', data: { item: 'x', ...{ size: 3 } } }),
    ],
    ['an event is not of its shape', () => given(opened, { type: 'ItemPut', data: { item: 3 as never } })],
    ['the fold writes into the state', () => given(opened, put('a'), { type: 'BoxShaken', data: {} })],
    ['the decision writes into the command', () => given(opened).when({ type: 'Scribble', notes: [] })],
    ['history cannot have been so', () => given(put('a'))],
  ])('fails where %s', (_what, check) => {
    expect(check).toThrow();
  });
});
