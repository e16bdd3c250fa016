import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Sent } from '../../support/journal.ts';

type Answer = NonNullable<Sent['answer']>;
type Line = { readonly sent: Sent } | { readonly key: string; readonly answer: Answer };

/**
 * What callers sent and what they were answered, in a file of its own, outside the ledger. A line is written before a
 * command is sent and as soon as it is answered; nothing of it is ever changed. Keys are used once.
 */
export class JournalFile {
  readonly entries: Sent[] = [];
  readonly open = new Set<Sent>();
  /** Orders that are known to exist, oldest first. */
  readonly orders: string[] = [];
  /** Where the log ended with an acknowledged command. */
  readonly positions = new Map<Sent, string>();
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'ax');
  }

  /** How many commands have an answer. */
  get answered(): number {
    return this.entries.length - this.open.size;
  }

  asks(sent: Sent): void {
    this.entries.push(sent);
    this.open.add(sent);
    this.#write({ sent });
  }

  /** @returns false where it was answered otherwise before */
  answers(sent: Sent, answer: Answer): boolean {
    const before = sent.answer;
    if (before !== undefined) return before.status === answer.status && before.text === answer.text;
    sent.answer = answer;
    this.open.delete(sent);
    this.#write({ key: sent.key, answer });
    if (answer.status === 201) this.orders.push((JSON.parse(answer.text) as { orderId: string }).orderId);
    return true;
  }

  /** Returns when all of it is on the disk. */
  sync(): void {
    fsyncSync(this.#file);
  }

  close(): void {
    this.sync();
    closeSync(this.#file);
  }

  #write(line: Line): void {
    writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }
}

/** What the file says, from nothing but the file. */
export function readJournal(path: string): readonly Sent[] {
  const byKey = new Map<string, Sent>();
  for (const text of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
    const line = JSON.parse(text) as Line;
    if ('sent' in line) byKey.set(line.sent.key, line.sent);
    else {
      const sent = byKey.get(line.key);
      if (sent === undefined) throw new Error(`${line.key} was answered and never sent`);
      sent.answer = line.answer;
    }
  }
  return [...byKey.values()];
}
