/** Every kind of error the APIs answer with (RFC 9457). The slugs are stable; texts are not. */
export const problems = {
  'validation-failed': { status: 400, title: 'The request is not valid' },
  'idempotency-key-missing': { status: 400, title: 'The Idempotency-Key header is missing' },
  'idempotency-key-invalid': { status: 400, title: 'The Idempotency-Key header is not valid' },
  unauthenticated: { status: 401, title: 'A valid bearer token is required' },
  forbidden: { status: 403, title: 'The token does not allow this' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The resource does not have this method' },
  'not-acceptable': { status: 406, title: 'Only application/json can be answered' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'The state of the resource forbids this' },
  gone: { status: 410, title: 'It was there and was removed for good' },
  'revision-mismatch': { status: 412, title: 'The resource has another revision' },
  'payload-too-large': { status: 413, title: 'The request body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json in UTF-8' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key stands for another request' },
  unprocessable: { status: 422, title: 'The request is well-formed and impossible' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The request headers are too large' },
  internal: { status: 500, title: 'The ledger failed' },
  'outcome-unknown': { status: 503, title: 'It is not known whether the command was recorded' },
  'dependency-unavailable': { status: 503, title: 'A part of the ledger cannot be reached' },
  'projection-behind': { status: 504, title: 'The read model is not that new yet' },
} as const;

export type ProblemSlug = keyof typeof problems;

/** A complaint about one place of the input, by JSON pointer (RFC 6901) into the body, or by parameter or header name. */
export interface InputError {
  readonly pointer: string;
  readonly message: string;
}

interface Extras {
  /** Finer than the slug: which rule refused a command. */
  readonly code?: string;
  readonly title?: string;
  readonly errors?: readonly InputError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Id of the request the answer was first given to, when it is not this one. */
  readonly instance?: string;
  /** What the security log is told and the caller is not. */
  readonly audit?: string;
}

/** Why something is answered as not there although it is. */
export const foreign = 'it belongs to another customer';

/** An answer that is a problem. Thrown on the way, sent by the server. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly slug: ProblemSlug;
  readonly extras: Extras;

  /** @param detail what to do about it, for the caller; never an echo of secrets. */
  constructor(slug: ProblemSlug, detail: string, extras: Extras = {}) {
    super(detail);
    this.slug = slug;
    this.extras = extras;
  }

  get status(): number {
    return problems[this.slug].status;
  }

  /** The body. The members stand in this order for ever: a replayed refusal is the same to the byte. */
  body(requestId: string): string {
    const { code, title, errors, instance } = this.extras;
    return JSON.stringify({
      type: `https://order-ledger.dev/problems/${this.slug}`,
      title: title ?? problems[this.slug].title,
      status: this.status,
      detail: this.message,
      instance: instance ?? requestId,
      code,
      errors,
    });
  }
}
