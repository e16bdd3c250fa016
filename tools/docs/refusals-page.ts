import { booksRejections } from '../../src/domain/books/rejections.ts';
import type { Rejections } from '../../src/domain/kernel/rejections.ts';
import { orderRejections } from '../../src/domain/order/rejections.ts';
import { problems } from '../../src/http/problem.ts';
import { code, generated, page, table } from './markdown.ts';

const slugs = { 404: 'not-found', 409: 'conflict', 422: 'unprocessable' } as const;

/** Every reason a command is refused for, and every kind of error, each in the order of its table in the source. */
export function refusalsPage(): string {
  return page(
    '# Refusals',
    generated,
    'A command that the rules forbid is answered with a problem (RFC 9457) whose `code` names the rule. Where several rules forbid it, the answer is the first of its table: the order is part of the contract. A refusal with 409 or 422 is recorded with its key and stays a refusal for that key, even after the order has changed; one with 404 records nothing.',
    '## Orders and payments',
    rules(orderRejections),
    '## Entries in the books',
    rules(booksRejections),
    '## Problems',
    'Every error of the APIs has one of these slugs, as `https://order-ledger.dev/problems/<slug>` in its `type`. The slugs are stable, the texts are not.',
    table(
      ['Slug', 'Status', 'Title'],
      Object.entries(problems).map(([slug, { status, title }]) => [code(slug), String(status), title]),
    ),
  );
}

function rules(rejections: Rejections): string {
  return table(
    ['', 'Code', 'Status', 'Problem', 'Meaning'],
    Object.entries(rejections).map(([name, { status, title }], index) => [
      String(index + 1),
      code(name),
      String(status),
      code(slugs[status]),
      title,
    ]),
  );
}
