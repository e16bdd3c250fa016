import type { z } from 'zod';
import type { Scope } from '../http/scopes.ts';

/** One command as the HTTP API offers it. */
export interface CommandRow<Body extends z.ZodType, Context, Command> {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** Any one of these suffices. */
  readonly scopes: readonly Scope[];
  readonly body: Body;
  readonly command: (body: z.output<Body>, context: Context) => Command;
}
