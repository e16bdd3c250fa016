/** How a payment goes because of its token, whatever chance has to say. */
export interface Behaviour {
  /** Outcome of its authorization; by chance where it is not said. */
  readonly outcome?: 'approved' | 'declined';
  /** How many tries of each of its calls fail. */
  readonly failures?: number;
  /** What becomes of the first try of each of its calls, whose answer is lost: it took effect, or it did not. */
  readonly firstTry?: 'unheard' | 'lost';
  /** Its authorization is approved when nobody waits for it any more. */
  readonly isLate?: boolean;
  /** Its capture is disputed. */
  readonly isDisputed?: boolean;
}

const behaviours: Readonly<Record<string, Behaviour>> = {
  tok_approve: { outcome: 'approved' },
  tok_decline: { outcome: 'declined' },
  tok_timeout_then_ok: { outcome: 'approved', firstTry: 'unheard' },
  tok_timeout_lost: { outcome: 'approved', firstTry: 'lost' },
  tok_approve_after_cancel: { outcome: 'approved', isLate: true },
  tok_dispute: { outcome: 'approved', isDisputed: true },
};

/** What a token asks for; nothing in particular for those that customers have. */
export function behaviourOf(token: string): Behaviour {
  const failures = /^tok_technical_(\d{1,3})$/.exec(token)?.[1];
  if (failures !== undefined) return { outcome: 'approved', failures: Number(failures) };
  return Object.hasOwn(behaviours, token) ? (behaviours[token] ?? {}) : {};
}
