import { expect, test } from 'vitest';
import { done } from './outcomes.ts';

test('a command that was accepted and left nothing is a bug, and never answered as done', () => {
  expect(() => done({ snapshot: undefined, revision: 0, position: 1 }, false)).toThrow('left a state');
});
