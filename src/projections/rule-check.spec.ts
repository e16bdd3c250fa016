import { describe, expect, it } from 'vitest';
import type { Defect } from './defect.ts';
import { RuleCheck } from './rule-check.ts';

const even = (document: object) => ('odd' in document ? ['the document is even'] : []);
const odd = { odd: true };
const place = (position: number, commandId: string, stream = 'order-1') => ({
  stream,
  revision: position - 1,
  position,
  metadata: { commandId },
});

function told(...steps: readonly (readonly [ReturnType<typeof place>, object | undefined])[]) {
  const defects: Defect[] = [];
  const check = new RuleCheck(even, (defect) => defects.push(defect));
  for (const [at, document] of steps) check.after(at, document);
  check.finish();
  return defects.map(({ position }) => position);
}

describe('checking the rules of documents', () => {
  it('tells which rule is broken, and where', () => {
    const defects: Defect[] = [];
    const check = new RuleCheck(even, (defect) => defects.push(defect));
    check.after(place(1, 'a'), odd);
    check.finish();
    const problem = 'breaks the rule: the document is even';
    expect(defects).toEqual([{ stream: 'order-1', revision: 0, position: 1, problem }]);
  });

  it('lets a rule be broken between the events of one append', () => {
    expect(told([place(1, 'a'), odd], [place(2, 'a'), {}])).toEqual([]);
  });

  it('tells what is broken when the append ends: with another command, another stream, or the log', () => {
    expect(told([place(1, 'a'), odd], [place(2, 'b'), {}])).toEqual([1]);
    expect(told([place(1, 'a'), odd], [place(2, 'a', 'order-2'), {}])).toEqual([1]);
    expect(told([place(1, 'a'), {}], [place(2, 'a'), odd])).toEqual([2]);
  });

  it('has nothing to check where an event leaves no document, and checks nothing twice', () => {
    expect(told([place(1, 'a'), undefined])).toEqual([]);
    expect(told([place(1, 'a'), odd], [place(2, 'a'), undefined])).toEqual([]);
    expect(told([place(1, 'a'), odd], [place(2, 'b'), odd])).toEqual([1, 2]);
  });
});
