import type { Answer, Operation, Seen } from './operation.ts';
import { type MoneyName, moneyWords, restWords } from './order-model.ts';
import type { Heard } from './wire.ts';

interface Sums extends Readonly<Record<MoneyName, { readonly amount: number }>> {
  readonly revision: number;
}

interface Told {
  readonly revision: number;
  readonly status: string;
  readonly notes: readonly { readonly note: string }[];
  readonly payment: Sums;
}

/** What was heard, in the words of this check. @throws where the body is not what the API says */
export function answerOf({ status, headers, text }: Heard, request: Operation['request']): Answer {
  const etag = numberIn(headers['etag']);
  const position = numberIn(headers['ledger-position']);
  const replayed = headers['idempotent-replayed'] === 'true';
  const told = {
    status,
    ...(etag !== undefined && { etag }),
    ...(position !== undefined && { position }),
    replayed,
    text,
  };
  if (status >= 400) return { ...told, code: codeIn(text) };
  return { ...told, seen: seenIn(text, request) };
}

function numberIn(header: Heard['headers'][string]): number | undefined {
  const digits = /^"?(\d+)"?$/.exec(String(header))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function codeIn(text: string): string {
  const { code, type = '' } = JSON.parse(text) as { readonly code?: string; readonly type?: string };
  return code ?? type.slice(type.lastIndexOf('/') + 1);
}

function seenIn(text: string, request: Operation['request']): Seen {
  const of = request.type === 'read' ? request.of : 'order';
  if (of === 'history') {
    const { items } = JSON.parse(text) as { readonly items: readonly { readonly revision: number }[] };
    const isWhole = items.every(({ revision }, at) => revision === at);
    return { revision: isWhole ? items.length - 1 : Number.NaN };
  }
  if (of === 'payment') {
    const sums = JSON.parse(text) as Sums;
    return { revision: sums.revision, money: moneyOf(sums) };
  }
  const { revision, status, notes, payment } = JSON.parse(text) as Told;
  const words = notes.map(({ note }) => note);
  return { revision, money: moneyOf(payment), rest: restWords(status, words) };
}

function moneyOf(sums: Sums): string {
  const { payable, authorized, captured, voided, refunded, disputed, chargedBack } = sums;
  const amounts = { payable, authorized, captured, voided, refunded, disputed, chargedBack };
  return moneyWords(
    Object.fromEntries(Object.entries(amounts).map(([name, { amount }]) => [name, amount])) as Record<
      MoneyName,
      number
    >,
  );
}
