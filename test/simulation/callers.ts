import type { Scope } from '../../src/http/scopes.ts';
import type { Dice } from './dice.ts';
import type { Swarm } from './faults.ts';
import { commandIdOf, fingerprintOf, placedIdOf } from './identity.ts';
import type { Caller, Network, Told } from './network.ts';
import type { NodeReply, NodeRequest, SimulatedNode } from './node.ts';
import { ownerOf, type Step } from './script.ts';
import type { Timeline } from './timeline.ts';

/** One request as its caller saw it: what was sent and when, and what was answered and when. */
export interface Exchange {
  readonly step: Step;
  readonly actor: string;
  readonly orderId: string;
  /** Of a command. */
  readonly commandId: string;
  readonly fingerprint: string;
  /** Order in which requests were sent and answers heard, of all callers. */
  readonly sentAt: number;
  readonly heardAt: number;
  /** What was asked for at least; of reads. */
  readonly atLeast: number;
  readonly reply: NodeReply;
}

export interface CallersNeeds {
  readonly timeline: Timeline;
  readonly network: Network;
  readonly swarm: Swarm;
  readonly dice: Dice;
  readonly script: readonly Step[];
  readonly nodes: () => readonly SimulatedNode[];
  readonly heard: (exchange: Exchange) => void;
  /** Waited for before each step. */
  readonly calm?: () => Promise<void>;
}

const deadlineMs = 5_000;
const retryMs = 200;
const stormSize = 5;
const customerScopes: ReadonlySet<Scope> = new Set(['orders:write', 'orders:read'] as const);
const operatorScopes: ReadonlySet<Scope> = new Set(['ops:write', 'ops:read'] as const);

/** Those who send commands and ask questions. Each does one thing after the other and sends again what it got no answer to. */
export class Callers {
  readonly #needs: CallersNeeds;
  readonly #orderIds: readonly string[];
  #working = 0;
  #moment = 0;
  /** When each command was sent for the first time, by order and command id. */
  readonly firstSent = new Map<string, number>();
  /** Requests that nodes were sent, repeated ones too. */
  readonly sent = { commands: 0, reads: 0 };

  constructor(needs: CallersNeeds) {
    this.#needs = needs;
    const { orders } = needs.swarm;
    this.#orderIds = Array.from({ length: orders }, (_, order) => {
      const actor = customerOf(ownerOf(order, needs.swarm));
      return placedIdOf(commandIdOf(actor, '/v1/orders', `sim-key-place-${order}`));
    });
  }

  get isDone(): boolean {
    return this.#working === 0;
  }

  start(): void {
    const { swarm, script } = this.#needs;
    for (let caller = 0; caller < swarm.callers; caller++) {
      const steps = script.filter((step) => step.caller === caller);
      this.#working += 1;
      void this.#work(caller, steps).then(() => {
        this.#working -= 1;
      });
    }
  }

  async #work(number: number, steps: readonly Step[]): Promise<void> {
    const { timeline, calm } = this.#needs;
    const self: Caller = { name: `caller-${number}`, isAlive: true, pausedUntilMs: 0, crash: () => {} };
    const seen = new Map<string, { position: number; etag: string | undefined }>();
    for (const step of steps) {
      await new Promise<void>((resolve) => void timeline.after(step.thinkMs, resolve));
      await calm?.();
      const copies = step.kind === 'storm' ? stormSize : 1;
      const each = () => this.#ask(self, step, seen);
      await Promise.all(Array.from({ length: copies }, each));
    }
  }

  async #ask(
    self: Caller,
    step: Step,
    seen: Map<string, { position: number; etag: string | undefined }>,
  ): Promise<void> {
    const orderId = this.#orderIds[step.order] as string;
    const actor = step.isOperator ? 'operator' : customerOf(step.customer);
    const { path, params } = placeOf(step.operation, orderId);
    const body = JSON.stringify(step.body);
    const last = seen.get(orderId);
    const atLeast = step.kind === 'read' ? (last?.position ?? 0) : 0;
    const request: NodeRequest = {
      operation: step.operation,
      principal: { subject: actor, scopes: step.isOperator ? operatorScopes : customerScopes },
      params,
      query: {},
      body,
      headers: headersOf(step, last?.etag, atLeast),
    };
    const commandId = commandIdOf(actor, path, step.key);
    const fingerprint = fingerprintOf(path, step.body);
    for (;;) {
      this.#moment += 1;
      const sentAt = this.#moment;
      const known = `${orderId} ${commandId}`;
      if (!this.firstSent.has(known)) this.firstSent.set(known, sentAt);
      this.sent[step.kind === 'read' ? 'reads' : 'commands'] += 1;
      const reply = await this.#send(self, request);
      this.#moment += 1;
      if (reply !== undefined) {
        const heardAt = this.#moment;
        this.#needs.heard({ step, actor, orderId, commandId, fingerprint, sentAt, heardAt, atLeast, reply });
        const position = Number(reply.headers['ledger-position'] ?? 0);
        if (position > (last?.position ?? 0)) seen.set(orderId, { position, etag: reply.headers['etag'] });
        if (reply.status < 500) return;
      }
      await new Promise<void>((resolve) => void this.#needs.timeline.after(retryMs, resolve));
    }
  }

  /** `undefined`: nothing was heard in time. */
  async #send(self: Caller, request: NodeRequest): Promise<NodeReply | undefined> {
    const { network, dice, nodes, timeline } = this.#needs;
    const node = dice.pick(nodes());
    let cancel = () => {};
    const late = new Promise<undefined>((resolve) => {
      cancel = timeline.after(deadlineMs, () => resolve(undefined));
    });
    const answered = network
      .call(self, 'request', () => node.handle(request), told)
      .catch((error: unknown) => {
        if (error instanceof NotHeard) return undefined;
        throw error;
      });
    const reply = await Promise.race([answered, late]);
    cancel();
    return reply;
  }
}

class NotHeard extends Error {}

const told: Told = {
  refused: () => new NotHeard('refused'),
  unheard: () => new NotHeard('not heard of'),
  deadlineMs,
};

const pathsOf: Readonly<Record<string, string>> = {
  amendLines: '/lines',
  cancelOrder: '/cancel',
  fulfilOrder: '/fulfil',
  addNote: '/notes',
  authorizePayment: '/payment/authorize',
  capturePayment: '/payment/capture',
  voidPayment: '/payment/void',
  refundPayment: '/payment/refund',
  retryPayment: '/payment/retry',
  chargebackPayment: '/payment/chargeback',
  getOrder: '',
};

function placeOf(operation: string, orderId: string) {
  if (operation === 'placeOrder') return { path: '/v1/orders', params: {} };
  return { path: `/v1/orders/${orderId}${pathsOf[operation]}`, params: { orderId } };
}

function headersOf({ key, isConditional }: Step, etag: string | undefined, atLeast: number) {
  return {
    'idempotency-key': `"${key}"`,
    ...(isConditional && etag !== undefined && { 'if-match': etag }),
    ...(atLeast > 0 && { 'ledger-position': String(atLeast) }),
  };
}

/** A UUID each, as customers have. */
function customerOf(number: number): string {
  return `00000000-0000-4000-8000-0000000000${String(number).padStart(2, '0')}`;
}
