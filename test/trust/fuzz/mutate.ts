import type { Seeded } from '../../e2e/support/seeded.ts';
import { bodyOf, type Draft, type Expected } from './draft.ts';
import { chance } from './draws.ts';
import type { Judge } from './judge.ts';
import { bodyMutations } from './mutate-body.ts';
import { headerMutations } from './mutate-headers.ts';
import { targetMutations } from './mutate-target.ts';
import type { Tokens } from './tokens.ts';

/** Everything that can be wrong with a request. */
export const mutationKinds: readonly string[] = [
  ...Object.keys(bodyMutations),
  ...Object.keys(headerMutations),
  ...Object.keys(targetMutations),
];

const secondPercent = 10;
const triesMax = 20;
/** The limit of the service. A longer body is refused before anything else is looked at. */
export const bodyBytesMax = 65_536;

const writtenOddly: ReadonlySet<string> = new Set(['member twice', 'escaped name', 'name of the prototype']);

/** Does one wrong thing to a valid request, now and then two, and says what may come of it. */
export function mutate(draft: Draft, draw: Seeded, tokens: Tokens, judge: Judge): void {
  const first = mutateOnce(draft, draw, tokens, judge);
  draft.kind = first.kind;
  draft.expected = first.expected;
  if (!chance(draw, secondPercent)) return;
  const second = mutateOnce(draft, draw, tokens, judge);
  draft.kind += ` + ${second.kind}`;
  // Which of two wrongs is found first is not promised; what was to be refused may have been undone by the second.
  draft.expected = 'any';
}

function mutateOnce(
  draft: Draft,
  draw: Seeded,
  tokens: Tokens,
  judge: Judge,
): { readonly kind: string; readonly expected: Expected } {
  for (let tries = 0; tries < triesMax; tries++) {
    const kind = draw.pick(mutationKinds);
    const expected = apply(kind, draft, draw, tokens);
    if (expected !== undefined) return { kind, expected: sharpened(kind, expected, draft, judge) };
  }
  return { kind: 'valid', expected: 'any' };
}

function apply(kind: string, draft: Draft, draw: Seeded, tokens: Tokens): Expected | undefined {
  const ofBody = bodyMutations[kind];
  if (ofBody !== undefined) return draft.tree === undefined ? undefined : ofBody(draft, draw);
  return headerMutations[kind]?.(draft, draw, tokens) ?? targetMutations[kind]?.(draft, draw);
}

/** What the document does not allow has to be refused. What it allows may still be impossible. */
function sharpened(kind: string, expected: Expected, draft: Draft, judge: Judge): Expected {
  // Who signs a body has said which one it is, however it is written.
  if (draft.operation.isSigned && writtenOddly.has(kind)) return 'any';
  if (expected !== 'any') return expected;
  if (Object.hasOwn(bodyMutations, kind)) return bodyIsAllowed(draft, judge) ? 'any' : 'refused';
  if (kind === 'parameter value') return queryIsAllowed(draft, judge) ? 'any' : 'refused';
  return 'any';
}

function bodyIsAllowed(draft: Draft, judge: Judge): boolean {
  const body = bodyOf(draft) ?? Buffer.alloc(0);
  if (body.length > bodyBytesMax) return false;
  try {
    // Who signs a body may begin it with a byte order mark.
    const ignoreBOM = !draft.operation.isSigned;
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM }).decode(body);
    return judge.allowsBody(draft.operation, text === '' ? {} : JSON.parse(text));
  } catch {
    return false;
  }
}

function queryIsAllowed(draft: Draft, judge: Judge): boolean {
  try {
    return judge.allowsQuery(draft.operation, draft.query);
  } catch {
    return false;
  }
}
