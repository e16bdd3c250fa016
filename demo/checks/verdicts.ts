import type { Verdict } from '../board.ts';
import type { Answer } from '../client.ts';

/** Judges single trials by the answers they got. Pure, so that each can be shown to say no. */

interface ProblemBody {
  readonly type?: string;
  readonly code?: string;
}

export function isGranted({ status }: Pick<Answer, 'status'>): boolean {
  return status >= 200 && status < 300;
}

/** What a refusal calls itself: the domain's code where it has one, else the kind of problem. */
export function reasonOf({ body }: Pick<Answer, 'body'>): string {
  const { type, code } = JSON.parse(body) as ProblemBody;
  return code ?? type?.split('/').at(-1) ?? 'no reason';
}

/** Whether the refusal is one of the domain, which the order remembers. */
export function isRecorded({ body }: Pick<Answer, 'body'>): boolean {
  return (JSON.parse(body) as ProblemBody).code !== undefined;
}

/** One command sent several times with one key: granted, the same bytes to all, and only one of them as new. */
export function judgeDouble(answers: readonly Answer[]): Verdict {
  const news = answers.filter(({ replayed }) => !replayed).length;
  const bodies = new Set(answers.map(({ status, body }) => `${status} ${body}`)).size;
  const held = answers.length > 1 && answers.every(isGranted) && bodies === 1 && news === 1;
  return {
    held,
    said: held
      ? `sent ${answers.length} times: one effect, one answer`
      : `sent ${answers.length} times: ${bodies} different answers, ${news} of them as new`,
  };
}

/** Two commands of which the order can bear one: exactly one is granted, the other is refused for a reason that fits. */
export function judgeRace(answers: readonly Answer[], reasons: readonly string[]): Verdict {
  const losers = answers.filter((answer) => !isGranted(answer));
  const told = losers.map(reasonOf);
  const held = answers.length - losers.length === 1 && told.every((reason) => reasons.includes(reason));
  return {
    held,
    said: held
      ? `one went through, the other was refused: ${told.join(', ')}`
      : `${answers.length - losers.length} of ${answers.length} went through (${told.join(', ') || 'none refused'})`,
  };
}

/** A command that must be refused, with this status and for this reason. */
export function judgeRefusal(
  answer: Answer,
  { status, reason }: { readonly status: number; readonly reason: string },
): Verdict {
  const given = isGranted(answer) ? 'granted' : reasonOf(answer);
  const held = answer.status === status && given === reason;
  return {
    held,
    said: held ? `${status} ${given}` : `wanted ${status} ${reason}, got ${answer.status} ${given}`,
  };
}

/** A command sent again later: the answer of then, granted or refused, to the byte, and marked as a replay. */
export function judgeLateRetry(first: Answer, again: Answer): Verdict {
  const held = again.replayed && again.status === first.status && again.body === first.body;
  const what = isGranted(first) ? `the first answer, revision ${first.revision}` : `${first.status} again`;
  return { held, said: held ? `retried late: ${what}, to the byte` : `was ${first.body}, is ${again.body}` };
}

/** An outsider learns of an order exactly as much as of one that does not exist. */
export function judgeOutsider(ofTheOrder: Answer, ofNothing: Answer): Verdict {
  const held = ofTheOrder.status === 404 && withoutInstance(ofTheOrder) === withoutInstance(ofNothing);
  return {
    held,
    said: held ? '404, as if there were no such order' : `${ofTheOrder.status} ${ofTheOrder.body}`,
  };
}

/** A read that names the position of a write shows that write, or something newer. */
export function judgeReadYourWrite(write: Answer, read: Answer): Verdict {
  const isSame = read.revision > write.revision || read.body === write.body;
  const held = read.status === 200 && read.revision >= write.revision && isSame;
  return {
    held,
    said: held
      ? `revision ${write.revision} written, revision ${read.revision} read`
      : `revision ${write.revision} written, then ${read.status} with revision ${read.revision}`,
  };
}

function withoutInstance({ body }: Answer): string {
  return JSON.stringify({ ...(JSON.parse(body) as object), instance: undefined });
}
