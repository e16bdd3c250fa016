import { isCommand, isRead, type Operation, type OrderHistory } from './operation.ts';

/** Ways in which a ledger could be wrong, each as a change of what a real one has answered. */
type Plantings = readonly {
  readonly kind: string;
  /** @returns `undefined` where the history has nothing to do it to */
  readonly corrupt: (history: OrderHistory) => OrderHistory | undefined;
}[];

type Answered = Operation & { readonly answer: NonNullable<Operation['answer']> };

export const plantings: Plantings = [
  { kind: 'two answers swapped', corrupt: swapAnswers },
  { kind: 'a capture acknowledged and not in effect', corrupt: loseCapture },
  { kind: 'two captures of the whole accepted', corrupt: captureTwice },
  { kind: 'a stale read presented as fresh', corrupt: readStale },
  { kind: 'a key answered anew', corrupt: answerAnew },
  { kind: 'a refused key accepted later', corrupt: acceptRefused },
  { kind: 'If-Match not looked at', corrupt: ignoreIfMatch },
  { kind: 'the last events gone at the end', corrupt: loseTail },
  { kind: 'one key for two requests', corrupt: reuseKey },
];

/** One of them was over before the other began, so that it matters which answer is whose. */
function swapAnswers(history: OrderHistory): OrderHistory | undefined {
  const done = effects(history);
  for (const first of done) {
    const second = done.find(({ invokedMs }) => invokedMs > first.respondedMs);
    if (second !== undefined)
      return changed(history, [
        { ...first, answer: second.answer },
        { ...second, answer: first.answer },
      ]);
  }
  return undefined;
}

/** Everybody else still sees less captured than there is. */
function loseCapture(history: OrderHistory): OrderHistory | undefined {
  const captures = effects(history).filter((each) => kindOf(each) === 'capture');
  const lost = captures.find(({ answer }) => laterThan(history, answer.etag).length > 0);
  if (lost === undefined) return undefined;
  const before = effects(history)
    .filter(({ answer }) => Number(answer.etag) < Number(lost.answer.etag))
    .toSorted((a, b) => Number(a.answer.etag) - Number(b.answer.etag))
    .at(-1);
  const captured = / captured \d+/.exec(before?.answer.seen?.money ?? '')?.[0];
  if (captured === undefined) return undefined;
  const without = laterThan(history, lost.answer.etag).map((each) => ({
    ...each,
    answer: {
      ...each.answer,
      seen: {
        revision: each.answer.seen?.revision ?? 0,
        ...each.answer.seen,
        money: each.answer.seen?.money?.replace(/ captured \d+/, captured) ?? '',
      },
    },
  }));
  return changed(history, without);
}

function captureTwice(history: OrderHistory): OrderHistory | undefined {
  const captures = commandsOf(history).filter((each) => kindOf(each) === 'capture');
  const done = captures.find(
    ({ answer, request }) => answer.status === 200 && !('amount' in actionOf(request)),
  );
  if (done === undefined) return undefined;
  const refused = captures.find(
    ({ answer, request, respondedMs }) =>
      answer.status === 409 &&
      !answer.replayed &&
      !('amount' in actionOf(request)) &&
      respondedMs > done.respondedMs,
  );
  if (refused === undefined) return undefined;
  const taken = new Set(history.operations.map(({ answer }) => answer?.etag));
  let revision = Number(done.answer.etag) + 1;
  while (taken.has(revision)) revision += 1;
  const seen = { ...done.answer.seen, revision };
  return changed(history, [
    { ...refused, answer: { ...done.answer, replayed: false, etag: revision, seen } },
  ]);
}

function readStale(history: OrderHistory): OrderHistory | undefined {
  const done = effects(history);
  for (const read of answeredIn(history)) {
    const { answer, request } = read;
    if (request.type !== 'read' || request.of !== 'order' || answer.status !== 200) continue;
    if (request.atLeast === undefined) continue;
    const known = done.filter(({ answer: { position } }) => Number(position) <= Number(request.atLeast));
    const [newest, older] = known.toSorted((a, b) => Number(b.answer.etag) - Number(a.answer.etag));
    if (newest === undefined || older?.answer.etag === undefined) continue;
    const { etag, seen } = older.answer;
    return changed(history, [{ ...read, answer: { ...answer, etag, ...(seen && { seen }) } }]);
  }
  return undefined;
}

/** As if it were done again. */
function answerAnew(history: OrderHistory): OrderHistory | undefined {
  const again = commandsOf(history).find((each) => each.answer.status === 200 && repeats(history, each));
  if (again === undefined) return undefined;
  const newest = Math.max(...history.operations.map(({ answer }) => answer?.etag ?? 0));
  const seen = { ...again.answer.seen, revision: newest + 1 };
  return changed(history, [
    { ...again, answer: { ...again.answer, etag: newest + 1, seen, replayed: false } },
  ]);
}

function acceptRefused(history: OrderHistory): OrderHistory | undefined {
  const commands = commandsOf(history);
  const again = commands.find((each) => each.answer.status === 409 && repeats(history, each));
  if (again === undefined) return undefined;
  const newest = effects(history)
    .toSorted((a, b) => Number(a.answer.etag) - Number(b.answer.etag))
    .at(-1);
  if (newest === undefined) return undefined;
  const revision = Number(newest.answer.etag) + 1;
  const seen = { ...newest.answer.seen, revision };
  return changed(history, [
    { ...again, answer: { ...newest.answer, status: 200, etag: revision, seen, replayed: false } },
  ]);
}

/** One that was done as of the revision it named is taken for one that named the revision before. */
function ignoreIfMatch(history: OrderHistory): OrderHistory | undefined {
  const done = effects(history).find(
    ({ request }) => request.type === 'command' && (request.ifMatch ?? 0) > 0,
  );
  if (done?.request.type !== 'command') return undefined;
  const ifMatch = (done.request.ifMatch ?? 0) - 1;
  return changed(history, [{ ...done, request: { ...done.request, ifMatch } }]);
}

function loseTail(history: OrderHistory): OrderHistory | undefined {
  const last = answeredIn(history).findLast((each) => isRead(each) && each.request.of === 'history');
  if (last === undefined || last.answer.status !== 200 || Number(last.answer.etag) === 0) return undefined;
  // A last event that nobody has had an answer of could have come after this read.
  if (!effects(history).some(({ answer }) => answer.etag === last.answer.etag)) return undefined;
  const revision = Number(last.answer.etag) - 1;
  return changed(history, [{ ...last, answer: { ...last.answer, etag: revision, seen: { revision } } }]);
}

function reuseKey(history: OrderHistory): OrderHistory | undefined {
  const again = commandsOf(history).find(({ answer }) => answer.code === 'idempotency-key-reused');
  if (again?.request.type !== 'command') return undefined;
  const { request } = again;
  const first = commandsOf(history).find(
    ({ request: other, answer }) =>
      other.type === 'command' &&
      other.key === request.key &&
      other.subject === request.subject &&
      answer.status < 300,
  );
  return first && changed(history, [{ ...again, answer: { ...first.answer, replayed: true } }]);
}

function answeredIn({ operations }: OrderHistory): readonly Answered[] {
  return operations.filter((each): each is Answered => each.answer !== undefined);
}

function commandsOf(history: OrderHistory): readonly Answered[] {
  return answeredIn(history).filter(isCommand) as readonly Answered[];
}

/** Commands that were done, and heard of first from this answer. */
function effects(history: OrderHistory): readonly Answered[] {
  return commandsOf(history).filter(({ answer }) => answer.status < 300 && !answer.replayed);
}

/** Whether it is a further answer to a key, and the first was heard of too. */
function repeats(history: OrderHistory, { answer, request }: Answered): boolean {
  const isFirst = (each: Answered) =>
    JSON.stringify(claimed(each.request)) === JSON.stringify(claimed(request)) &&
    each.answer.status === answer.status &&
    !each.answer.replayed;
  return answer.replayed && commandsOf(history).some(isFirst);
}

function claimed(request: Operation['request']): object {
  return request.type === 'command' ? { key: request.key, by: request.subject, action: request.action } : {};
}

function laterThan(history: OrderHistory, etag: number | undefined): readonly Answered[] {
  return answeredIn(history).filter(
    ({ answer }) => answer.seen?.money !== undefined && Number(answer.etag) > Number(etag),
  );
}

function kindOf({ request }: Operation): string {
  return request.type === 'command' ? request.action.kind : request.of;
}

function actionOf(request: Operation['request']): object {
  return request.type === 'command' ? request.action : {};
}

function changed(history: OrderHistory, by: readonly Operation[]): OrderHistory {
  const byNumber = new Map(by.map((each) => [each.number, each]));
  return {
    ...history,
    operations: history.operations.map((each) => byNumber.get(each.number) ?? each),
  };
}
