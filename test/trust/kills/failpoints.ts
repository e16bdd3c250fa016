/** Where a server can be killed in the middle of what it does: before and after everything it makes durable. */
export const storePoints = [
  'append-before-begin',
  'append-between-rows',
  'append-before-commit',
  'append-after-commit',
  'reply-before',
  'documents-before-commit',
  'documents-after-commit',
] as const;

/** Those that are passed only where the ledger has a payment provider perform something. */
export const providerPoints = ['provider-before-commit', 'provider-after-commit'] as const;

export type Point = (typeof storePoints)[number] | (typeof providerPoints)[number];

/** The variable that names the directory through which a running server is told what is to happen to it. */
export const controlVariable = 'KILLS_CONTROL';
/** A file there: a point and how many passes of it the server has left to live. */
export const armedFile = 'armed';
/** A file there: while it exists, the log has no page left to grow by. */
export const fullFile = 'full';
