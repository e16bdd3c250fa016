import { z } from 'zod';

export const commandRefused = 'CommandRefused';

/** A refusal a caller has seen, recorded so that the same key gets the same answer for ever. Holds no caller's text. */
export const commandRefusedData = z.strictObject({
  /** Type of the command, such as `CancelOrder`. */
  command: z.string().min(1).max(64),
  /** A code of the aggregate's rejections. */
  code: z.string().min(1).max(64),
  detail: z.string().max(500),
});
export type CommandRefusedData = z.output<typeof commandRefusedData>;
