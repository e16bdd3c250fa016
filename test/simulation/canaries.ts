/** A bug, planted in the source where it says: the simulator has to catch it, or it is worth nothing. */
export interface Canary {
  readonly name: string;
  /** What an engineer might have thought. */
  readonly mistake: string;
  readonly file: string;
  /** There exactly once in the file, and replaced. */
  readonly find: string;
  readonly replace: string;
}

/** The environment variable that names the bug to plant. */
export const canaryVariable = 'CANARY';

const handler = 'src/commands/handle-command.ts';

export const canaries: readonly Canary[] = [
  {
    name: 'any-revision',
    mistake: 'Where the stream is longer by now, the events may follow all the same.',
    file: 'src/adapters/event-store/memory/memory-event-store.ts',
    find: 'if (actual !== expected) return',
    replace: 'if (actual < expected) return',
  },
  {
    name: 'key-forgotten',
    mistake: 'A command that is sent again is a command.',
    file: handler,
    find: 'const recorded = visible ? outcomeOf(memory, envelope.commandId) : undefined;',
    replace: 'const recorded = undefined as RecordedOutcome | undefined;',
  },
  {
    name: 'fingerprint-ignored',
    mistake: 'The key says it all: what else is in the request does not matter.',
    file: handler,
    find: 'if (recorded.fingerprint !== fingerprint) {',
    replace: 'if (recorded.fingerprint === undefined) {',
  },
  {
    name: 'answered-before-the-append',
    mistake: 'The append will work out, so the answer need not wait for it.',
    file: handler,
    find: 'result = await store.append(stream, revision, encoded.events);',
    replace:
      'void store.append(stream, revision, encoded.events).catch(() => {}); result = { status: "appended", revision: revision + events.length, position: memory.position + events.length, repeated: false };',
  },
  {
    name: 'refusal-not-recorded',
    mistake: 'What was refused changes nothing, so nothing is recorded.',
    file: handler,
    find: 'if (standing.memory.refusals >= refusalsMax)',
    replace:
      'if (standing.memory.refusals < refusalsMax) return refused(refusal, false);\n    if (standing.memory.refusals >= refusalsMax)',
  },
  {
    name: 'replay-answers-the-latest',
    mistake: 'Who asks again wants to know how it is now.',
    file: handler,
    find: 'const isLatest = revision === memory.revision;',
    replace: 'const isLatest = revision <= memory.revision;',
  },
  {
    name: 'conflict-means-done',
    mistake: 'Somebody else was faster, so it is done.',
    file: handler,
    find: "if (result.status === 'conflict') return 'stale';",
    replace:
      "if (result.status === 'conflict') return done({ snapshot, revision, position: memory.position }, false);",
  },
  {
    name: 'strangers-may',
    mistake: 'Whoever knows the id of an order may change it.',
    file: 'src/commands/order-routes.ts',
    find: 'return isOperator || (order.customerId as string) === actor;',
    replace: 'return isOperator || (order.customerId as string) !== "" || actor !== "";',
  },
  {
    name: 'strangers-may-read',
    mistake: 'Reading does no harm.',
    file: 'src/queries/query-context.ts',
    find: "return principal.scopes.has('ops:read') || principal.subject === customerId;",
    replace: "return principal.scopes.has('ops:read') || principal.subject !== customerId || true;",
  },
  {
    name: 'refund-unbounded',
    mistake: 'Nobody refunds more than was paid.',
    file: 'src/domain/order/decide-payment.ts',
    find: "'refund-exceeds-refundable': exceeds(amount, open.refund, 'can be refunded'),",
    replace: "'refund-exceeds-refundable': false,",
  },
  {
    name: 'capture-unbounded',
    mistake: 'The hold is a hint.',
    file: 'src/domain/order/decide-payment.ts',
    find: ": exceeds(amount, open.capture, 'is authorized and not captured'),",
    replace: ': false,',
  },
  {
    name: 'unpaid-is-handed-over',
    mistake: 'The money will come.',
    file: 'src/domain/order/decide-order.ts',
    find: "'order-not-paid': isUnpaid(order),",
    replace: "'order-not-paid': false && isUnpaid(order),",
  },
  {
    name: 'lost-commit-counts',
    mistake: 'A commit that found another projector ahead has moved as well.',
    file: 'src/projections/projection-lane.ts',
    find: 'if (!committed) {',
    replace: 'if (!committed && to < 0) {',
  },
  {
    name: 'refused-page-is-dropped',
    mistake: 'What the store would not take was taken.',
    file: 'src/projections/projection-lane.ts',
    find: 'if (!(error instanceof StoreUnavailable)) throw error;\n      this.#startOver(error);',
    replace: 'if (!(error instanceof StoreUnavailable)) throw error;\n      this.#backoff.next();',
  },
  {
    name: 'cache-never-told',
    mistake: 'The cache expires soon enough.',
    file: 'src/queries/live-projection.ts',
    find: 'writes: [], forgets: changed',
    replace: 'writes: [], forgets: changed.slice(0, 0)',
  },
  {
    name: 'position-not-waited-for',
    mistake: 'The projection is never far behind.',
    file: 'src/queries/live-projection.ts',
    find: 'if (atLeast > 0) await this.reach(atLeast);\n    const document = await this.#read(id);\n    return document === undefined || document.asOf < atLeast ? this.#readThrough(id) : document;',
    replace: 'await Promise.resolve(atLeast);\n    return this.#read(id);',
  },
  {
    name: 'new-provider-key-on-retry',
    mistake: 'Every call deserves a key of its own.',
    file: 'src/processes/payments.ts',
    find: '() => gateway.call(call), needs)',
    replace: "() => gateway.call({ ...call, key: call.key + '#' + needs.ids.uuid() }), needs)",
  },
  {
    name: 'late-money-is-kept',
    mistake: 'An order that was cancelled is over, whatever the provider says.',
    file: 'src/domain/order/decide-approvals.ts',
    find: 'if (order.payment.closed) return [askVoid(order, amount, gateway)];',
    replace: 'if (order.payment.closed) return [];',
  },
  {
    name: 'key-without-its-caller',
    mistake: 'Keys are unique, so whose they are does not matter.',
    file: 'src/commands/idempotency.ts',
    find: 'actor}|',
    replace: 'actor.slice(0, 0)}|',
  },
  {
    name: 'unknown-means-declined',
    mistake: 'A provider that does not answer has not done it.',
    file: 'src/processes/payment-answer.ts',
    find: "    case 'failed':\n    case 'unknown':",
    replace: "    case 'unknown': return { kind: 'declined', code: 'timeout' };\n    case 'failed':",
  },
  {
    name: 'early-report-is-dropped',
    mistake: 'The provider will report it again.',
    file: 'src/processes/webhooks.ts',
    find: 'return wait(entry, verdict, needs);',
    replace: 'return settle(entry, undefined, needs);',
  },
  {
    name: 'late-fill',
    mistake: 'What was just read is the newest there is.',
    file: 'src/adapters/cache/memory/memory-cache.ts',
    find: 'if (mark !== undefined && entry.asOf < mark.to) return;',
    replace: '',
  },
  {
    name: 'clock-of-the-machine',
    mistake: 'Time is time.',
    file: 'src/processes/payments.ts',
    find: 'retryAtOf(clock.now(), failures, ids.fraction())',
    replace: 'retryAtOf(new Date().toISOString() as never, failures, ids.fraction())',
  },
];
