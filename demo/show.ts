import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { audit, type Findings } from './audit.ts';
import { Board, type Tally, type TrialKind } from './board.ts';
import { customers } from './book/catalogue.ts';
import { orderBook } from './book/order-book.ts';
import { type Guarantee, guarantee, isKept } from './checks/guarantee.ts';
import { Client } from './client.ts';
import { searchDisk } from './disk-check.ts';
import { duration, grouped, quantile } from './format.ts';
import { inParallel } from './in-parallel.ts';
import { interlude } from './interlude.ts';
import { Journal } from './journal.ts';
import { LedgerProcess } from './ledger-process.ts';
import type { DemoOptions } from './options.ts';
import { Pace } from './pace.ts';
import { play } from './play.ts';
import { rebuildAll, verifyAll } from './rebuild-and-verify.ts';
import { clerk, type Sale } from './sale.ts';
import { paint } from './screen/paint.ts';
import { guaranteeLines, historyLines, moneyLines, orderLines } from './screen/report.ts';
import { createScreen, type Screen } from './screen/screen.ts';
import { cardNumber } from './stories.ts';
import { Till } from './till.ts';

const lanes = 12;
/** About so many steps, each with a pause behind it, does an order take. */
const stepsPerOrder = 4.3;
const beatMs = 1_100;

/** The demo from curtain to curtain. */
export class Show {
  readonly #options: DemoOptions;
  readonly #home = mkdtempSync(join(tmpdir(), 'order-ledger-demo-'));
  readonly #server = new LedgerProcess(this.#home);
  readonly #till = new Till(join(this.#home, 'till'));
  readonly #screen: Screen = createScreen();
  readonly #tokens = new Map<string, string>();
  readonly #journal = new Journal();
  readonly #board: Board;
  readonly #client: Client;
  readonly #guarantees: Guarantee[] = [];

  constructor(options: DemoOptions) {
    this.#options = options;
    this.#board = new Board(options.orders, lanes);
    this.#client = new Client({
      url: () => this.#server.url,
      tokenOf: (who) => this.#tokens.get(who) ?? '',
      onAnswer: (ms) => this.#board.answeredMs.push(ms),
    });
  }

  /** Answers whether every promise was kept. @throws DemoFailure where the show cannot go on */
  async run(): Promise<boolean> {
    const startedMs = performance.now();
    await this.#open();
    const sales = await this.#play();
    // Calls to a provider take their time: they are under way while other things are shown.
    this.#till.open();
    const findings = await this.#look(sales);
    await this.#rebuildAndVerify(findings);
    await this.#askProvider();
    await this.#close();
    return this.#sum(findings, performance.now() - startedMs);
  }

  /** Leaves nothing behind: no process, no directory, no hidden cursor. */
  async cleanUp(): Promise<void> {
    this.#screen.stop();
    await Promise.all([this.#server.kill(), this.#till.stop()]);
    if (!this.#options.keep) rmSync(this.#home, { recursive: true, force: true });
  }

  async #open(): Promise<void> {
    const { orders, seed } = this.#options;
    say(paint('bold', 'The order ledger, at work'));
    say(
      `A roastery, ${customers.length} customers, ${grouped(orders)} orders in four currencies (seed ${seed}).`,
    );
    say('Everything you see goes over HTTP to a real server, with real tokens, onto a real disk.');
    chapter('Opening');
    const startedMs = performance.now();
    await this.#server.start();
    tick(
      `server up after ${duration(performance.now() - startedMs)}: ${this.#server.url}, process ${this.#server.pid}`,
    );
    await this.#fetchTokens();
    tick(`${this.#tokens.size} tokens from \`ledger token\``);
  }

  async #fetchTokens(): Promise<void> {
    const subjects = [
      ...customers.map(({ id }) => ({ who: id, scope: 'orders:write orders:read' })),
      { who: clerk, scope: 'ops:write ops:read' },
    ];
    const tokens = await inParallel(subjects, 2, ({ who, scope }) => this.#server.token(who, scope));
    for (const [index, { who }] of subjects.entries()) this.#tokens.set(who, tokens[index] ?? '');
  }

  async #play(): Promise<readonly Sale[]> {
    const { seed, orders, paceS } = this.#options;
    chapter('Playing the order book');
    const board = this.#board;
    const isPaced = this.#screen.isLive && paceS > 0;
    const pace = new Pace(isPaced ? (paceS * 1_000 * lanes) / (orders * stepsPerOrder) : 0);
    const needs = { client: this.#client, board, journal: this.#journal, pace };
    board.startedMs = performance.now();
    this.#screen.show(board);
    const sales = await play(orderBook(seed, orders), {
      ...needs,
      halfway: async () => {
        const found = await interlude({ ...needs, server: this.#server, beatMs: isPaced ? beatMs : 0 });
        this.#guarantees.push(...found);
      },
    });
    board.notice = `All ${grouped(sales.length)} orders are played.`;
    this.#screen.stop();
    return sales;
  }

  async #look(sales: readonly Sale[]): Promise<Findings> {
    chapter('Looking back: every order, every event, every moment');
    const findings = await audit({
      client: this.#client,
      journal: this.#journal,
      books: this.#board.books,
      sales,
    });
    this.#guarantees.push(...findings.guarantees);
    tick(`${grouped(findings.events)} events of ${grouped(sales.length)} orders read. The longest history:`);
    const longest = [...findings.histories].toSorted(([, a], [, b]) => b.length - a.length)[0];
    if (longest !== undefined) for (const line of historyLines(...longest, paint)) say(line);
    return findings;
  }

  async #rebuildAndVerify({ orders }: Findings): Promise<void> {
    const server = this.#server;
    const onLine = (line: string) => say(`  ${line}`);
    chapter(
      'Rebuilding every read model from the log, while customers go on reading',
      'ledger rebuild --all',
    );
    this.#guarantees.push(...(await rebuildAll({ client: this.#client, server, orders, onLine })));
    chapter('Verifying: hash chains, rules, read models', 'ledger verify');
    this.#guarantees.push(await verifyAll(server, onLine));
  }

  async #askProvider(): Promise<void> {
    chapter('Asking a payment provider that declines, fails, falls silent and is disputed with');
    this.#guarantees.push(...(await this.#till.show((line) => say(`  ${line}`))));
  }

  async #close(): Promise<void> {
    chapter('Closing');
    const code = await this.#server.stop();
    tick(`server stopped on SIGTERM with exit code ${code}`);
    const stopped = guarantee('SIGTERM: a clean end', [code], (ended) =>
      ended === 0 ? undefined : `exit code ${ended}`,
    );
    const disk = searchDisk(this.#server.dataDir, {
      cardNumber,
      notes: this.#journal.accepted.flatMap(({ command }) => noteIn(command.request.body)),
      control: 'OrderPlaced',
    });
    this.#guarantees.push(...disk, stopped);
  }

  #sum({ orders, events }: Findings, elapsedMs: number): boolean {
    const { answeredMs, trials } = this.#board;
    const guarantees = [
      ...[...trials].map(([kind, tally]) => trialGuarantee(kind, tally)),
      ...this.#guarantees,
    ];
    chapter('Summary');
    for (const line of orderLines(
      [...orders.values()].map(({ body }) => body),
      paint,
    ))
      say(line);
    say();
    for (const line of moneyLines(this.#board, paint)) say(line);
    say();
    const [half, most] = [quantile(answeredMs, 0.5), quantile(answeredMs, 0.99)].map((ms) => ms.toFixed(1));
    say(
      `  ${grouped(answeredMs.length)} commands answered, half of them within ${half} ms, 99 % within ${most} ms; ${grouped(events)} events; ${duration(elapsedMs)} altogether`,
    );
    chapter('Promises, and how often each was put to the test');
    for (const line of guaranteeLines(guarantees, paint)) say(line);
    const broken = guarantees.filter((each) => !isKept(each)).length;
    say();
    if (broken === 0) say(paint(['bold', 'green'], `All ${guarantees.length} promises kept.`));
    else say(paint(['bold', 'red'], `${broken} of ${guarantees.length} promises BROKEN.`));
    this.#sayWhereNext();
    return broken === 0;
  }

  #sayWhereNext(): void {
    const { keep, seed } = this.#options;
    const { dataDir } = this.#server;
    const start = keep ? `DATA_DIR=${dataDir} npm start` : 'npm start';
    const nextSteps = [
      [
        start,
        keep
          ? 'this very ledger, on http://127.0.0.1:8080'
          : 'a ledger of your own, on http://127.0.0.1:8080',
      ],
      ['npm run -s ledger -- --help', 'tokens, rebuild, verify, inspect, import, export'],
      keep
        ? [`DATA_DIR=${dataDir} npm run -s ledger -- inspect stats`, 'what the demo left behind']
        : [`npm run demo -- --seed ${seed + 1} --keep`, 'another order book, left on disk to look around in'],
    ] as const;
    chapter('Where to go next');
    for (const [command, what] of nextSteps) say(`  ${command.padEnd(34)}${paint('dim', what)}`);
  }
}

const promises: Readonly<Record<TrialKind, string>> = {
  'double submit': 'Sent three times under one key: one effect, one answer',
  'late retry': 'Retried after the order moved on: the first answer, to the byte',
  'reused key': 'A key reused for another request: refused',
  race: 'Two at once where one is possible: exactly one went through',
  refusal: 'Impossible commands: refused, for the right reason',
  outsider: 'Other customers’ orders: 404, as if there were none',
  'stale revision': 'Written on an old screen (If-Match): refused',
  'read your write': 'A read with a write’s Ledger-Position shows that write',
};

function trialGuarantee(kind: TrialKind, { tried, held, broken }: Tally): Guarantee {
  return { promise: promises[kind], tried, held, broken };
}

function noteIn(body: object): readonly string[] {
  return 'note' in body && typeof body.note === 'string' ? [body.note] : [];
}

function chapter(title: string, command?: string): void {
  say();
  say(paint(['bold', 'cyan'], title) + (command === undefined ? '' : paint('dim', `   $ ${command}`)));
}

function tick(text: string): void {
  say(`  ${paint('green', '✓')} ${text}`);
}

function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}
