import type { CliCommand } from './command.ts';
import { serve } from './serve.ts';
import { token } from './token.ts';

/** Every command, in the order the help lists them. */
export const commands: Readonly<Record<string, CliCommand>> = { serve, token };
