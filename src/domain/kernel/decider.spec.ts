import { describe, expect, it } from 'vitest';
import { type Decisions, runDecision } from './decider.ts';
import { decideBy } from './rejections.ts';
import { accept, type Decision, refuse } from './result.ts';

type Command = { readonly type: 'Add'; readonly by: number } | { readonly type: 'Reset' };
type Answer = Decision<string, 'too-much'>;

const decisions: Decisions<Command, number, Answer> = {
  Add: ({ by }, state) => (state + by > 9 ? refuse('too-much', `${state} + ${by}`) : accept(`added ${by}`)),
  Reset: () => accept('reset'),
};

describe('running a decision', () => {
  it('hands each command and the state to the decision of its type', () => {
    expect(runDecision(decisions, { type: 'Add', by: 3 }, 4)).toEqual({ ok: true, events: ['added 3'] });
    expect(runDecision(decisions, { type: 'Add', by: 6 }, 4)).toEqual({
      ok: false,
      code: 'too-much',
      detail: '4 + 6',
    });
    expect(runDecision(decisions, { type: 'Reset' }, 4)).toEqual({ ok: true, events: ['reset'] });
  });
});

describe('deciding by a table of rejections', () => {
  const decide = decideBy({
    gone: { status: 404, title: 'It is gone' },
    taken: { status: 409, title: 'It is taken' },
    wrong: { status: 422, title: 'It is wrong' },
  });
  const events = () => ['happened'];
  const never = () => {
    throw new TypeError('events are made only where nothing stands in the way');
  };

  it('accepts where no objection applies, whether it says false or nothing', () => {
    expect(decide({}, events)).toEqual({ ok: true, events: ['happened'] });
    expect(decide({ gone: false, wrong: false }, events)).toEqual({ ok: true, events: ['happened'] });
  });

  it('accepts "already so" as no events', () => {
    expect(decide({ gone: false }, () => [])).toEqual({ ok: true, events: [] });
  });

  it('refuses with the earliest in the table, in whatever order objections are listed', () => {
    const first = { ok: false, code: 'gone', detail: 'A' };
    expect(decide({ gone: 'A', taken: 'B', wrong: 'C' }, never)).toEqual(first);
    expect(decide({ wrong: 'C', taken: 'B', gone: 'A' }, never)).toEqual(first);
    expect(decide({ wrong: 'C', gone: false, taken: 'B' }, never)).toEqual({
      ok: false,
      code: 'taken',
      detail: 'B',
    });
    expect(decide({ wrong: 'C' }, never)).toEqual({ ok: false, code: 'wrong', detail: 'C' });
  });

  it('refuses although there is nothing to tell', () => {
    expect(decide({ taken: '' }, never)).toEqual({ ok: false, code: 'taken', detail: '' });
  });
});
