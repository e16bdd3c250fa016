import { resolve } from 'node:path';
import { z } from 'zod';
import { plainMessage } from '../../../domain/kernel/plain-message.ts';
import { pathOf } from '../../shared/store-url.ts';
import { WrongAddress } from '../../shared/wrong-address.ts';

/** A share of all cases, from none to all. Compared with chances; never part of a sum of money. */
const share = z
  .string()
  .regex(/^(?:0|1|0?\.\d{1,9}|1\.0{1,9})$/, 'must be a share from 0 to 1, such as 0.8')
  .transform(Number);

const whole = (max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().max(max, `must be at most ${max}`));

const dayMs = 86_400_000;

const knobs = z.strictObject({
  /** Decides, with the payment and its attempt, whatever is left to chance. */
  seed: whole(999_999_999_999_999).prefault('7'),
  /** Share of authorizations that are approved. */
  approve: share.prefault('0.8'),
  /** How long a call takes, the wait on the way there and back. */
  latencyMs: whole(60_000).prefault('0'),
  /** Share of tries whose answer is lost; every second of them has taken effect. */
  timeoutRate: share.prefault('0'),
  /** Share of tries that fail and do nothing. */
  failRate: share.prefault('0'),
  /** Where reports are sent. */
  webhooks: z
    .string()
    .max(2_000)
    .refine(isWebAddress, 'must be an http or https URL without a password')
    .optional(),
  /** Share of reports that are sent again. */
  duplicates: share.prefault('0'),
  /** Whether reports come out of order. */
  shuffle: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .prefault('false'),
  /** How long money is held. */
  holdDays: z
    .string()
    .regex(/^\d{1,3}(?:\.\d{1,9})?$/, 'must be a number of days, such as 7 or 0.5')
    .transform(Number)
    .pipe(z.number().gt(0, 'must be more than 0').max(365, 'must be at most 365'))
    .prefault('7'),
  /** After how long an authorization that nobody waits for any more is approved: see `tok_approve_after_cancel`. */
  lateMs: whole(dayMs).prefault('60000'),
  /** How long after its capture a payment is disputed: see `tok_dispute`. */
  disputeMs: whole(365 * dayMs).prefault('0'),
});

/** How a simulated provider behaves, and the file that its book is in. */
export type Knobs = z.output<typeof knobs> & { readonly path: string; readonly holdMs: number };

/**
 * Reads `simulated:FILE?seed=7&approve=0.8&…`. Without a file the book is `gateway.db` in the data directory; the file
 * `:memory:` is none.
 * @throws WrongAddress naming every knob that is wrong, or unknown
 */
export function readKnobs(url: string, dataDir: string): Knobs {
  const [path = '', ...query] = pathOf(url).split('?');
  const written = [...new URLSearchParams(query.join('?'))];
  const names = written.map(([name]) => name);
  const complaints = names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => `${name} is there twice`);
  const parsed = knobs.safeParse(Object.fromEntries(written), { error: plainMessage });
  if (!parsed.success) complaints.push(...parsed.error.issues.map(complaint));
  if (!parsed.success || complaints.length > 0) throw new WrongAddress(complaints.join('; '));
  const { data } = parsed;
  return {
    ...data,
    path: path === '' ? resolve(dataDir, 'gateway.db') : path,
    holdMs: Math.max(1, Math.round(data.holdDays * dayMs)),
  };
}

function complaint(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return `${String(issue.path[0])} ${issue.message}`;
  return `${issue.keys.join(', ')} is no knob; use ${Object.keys(knobs.shape).join(', ')}`;
}

/** `fetch` refuses an address with a password in it. */
function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
}
