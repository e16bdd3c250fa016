import { InvalidWebhook } from '../../../domain/kernel/faults.ts';
import type { GatewayOptions, PostWebhook } from '../gateway-options.ts';
import { signatureHeader, signWebhook } from '../webhook-signature.ts';
import { actWhenDue } from './by-itself.ts';
import type { Provider } from './holds.ts';
import { type DueReport, settleReport, takeDue } from './outbox.ts';

const pauseMs = 100;
/** Reports sent at the same time. */
const batchMax = 16;
const answerMsMax = 5_000;

interface DeliveryNeeds extends Pick<GatewayOptions, 'clock' | 'logger' | 'webhookSecret' | 'post'> {
  readonly provider: Provider;
}

/** What a provider does by itself. */
export interface Delivery {
  /**
   * Does what is due and sends every report that is, each once. Answers how many were taken. Reports wait where no
   * address is known to send them to.
   */
  deliver(): Promise<number>;
  /** Does that again and again, until it is stopped. */
  start(): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export function createDelivery(needs: DeliveryNeeds): Delivery {
  const { provider, clock, webhookSecret, logger, post = postByFetch } = needs;
  const { webhooks } = provider.knobs;
  const stopping = new AbortController();
  let cancel = () => {};
  let underWay: Promise<unknown> = Promise.resolve();
  let complaint = '';

  return {
    deliver,
    start: () => next(),
    stop: async () => {
      stopping.abort();
      cancel();
      await underWay;
    },
  };

  function next(): void {
    if (stopping.signal.aborted) return;
    cancel = clock.after(pauseMs, () => {
      underWay = deliver().catch(complain).then(next);
    });
  }

  async function deliver(): Promise<number> {
    while (actWhenDue(provider, nowMs()));
    if (webhooks === undefined) return 0;
    let taken = 0;
    // What is taken and sent again at once waits for the next time: it is sent again, not in the same breath.
    const startedMs = nowMs();
    for (;;) {
      if (stopping.signal.aborted) return taken;
      const due = takeDue(provider, startedMs, batchMax);
      if (due.length === 0) return taken;
      const outcomes = await Promise.all(due.map((each) => send(webhooks, each)));
      taken += outcomes.filter((isTaken) => isTaken).length;
    }
  }

  async function send(to: string, { eventId, body }: DueReport): Promise<boolean> {
    const isTaken = await isTakenAt(to, body);
    settleReport(provider, eventId, isTaken, nowMs() + 1);
    return isTaken;
  }

  async function isTakenAt(to: string, body: string): Promise<boolean> {
    if (webhookSecret === undefined) throw new InvalidWebhook('GATEWAY_WEBHOOK_SECRET is not set');
    const signature = signWebhook(webhookSecret, body, Math.floor(nowMs() / 1_000));
    const headers = { 'content-type': 'application/json', [signatureHeader]: signature };
    try {
      const status = await post(to, headers, body, stopping.signal);
      const isTaken = status >= 200 && status < 300;
      if (isTaken) complaint = '';
      else complain(`answered ${status}`);
      return isTaken;
    } catch (error) {
      if (!stopping.signal.aborted) complain(error);
      return false;
    }
  }

  /** Once for the same reason: a receiver that is away is asked often. */
  function complain(why: unknown): void {
    const text = why instanceof Error ? String(why.cause ?? why.message) : String(why);
    if (text === complaint) return;
    complaint = text;
    logger?.warn(
      { gateway: 'simulated', error: text },
      'the simulated provider cannot report; it goes on trying',
    );
  }

  function nowMs(): number {
    return Date.parse(clock.now());
  }
}

const postByFetch: PostWebhook = async (url, headers, body, signal) => {
  const response = await fetch(url, {
    method: 'POST',
    headers,
    body,
    // Where a receiver sends a report on to is not where it is meant to go.
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]),
  });
  await response.body?.cancel();
  return response.status;
};
