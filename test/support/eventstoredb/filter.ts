import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { LogRecord } from './log.ts';

/** Which events of all streams a read or a subscription wants. */
export interface Filter {
  readonly allows: (record: LogRecord) => boolean;
  /** After so many events, wanted or not, a subscription tells how far it has come. */
  readonly checkpointInterval: number;
}

/** How many events a server looks at before it looks up, unless it is told. */
const windowDefault = 32;

/** @throws SyntaxError when the expression is not one. Those of .NET and JavaScript differ in what is rarely used. */
export function filterFrom(options: ReadReq.Options.FilterOptions | undefined): Filter | undefined {
  if (options === undefined) return undefined;
  const byType = options.getEventType();
  const expression = byType ?? options.getStreamIdentifier();
  const regex = expression?.getRegex() ? new RegExp(expression.getRegex(), 'u') : undefined;
  const prefixes = expression?.getPrefixList() ?? [];
  return {
    allows: ({ stream, type }) => {
      const text = byType === undefined ? stream : type;
      return regex === undefined ? prefixes.some((prefix) => text.startsWith(prefix)) : regex.test(text);
    },
    checkpointInterval:
      options.getCheckpointintervalmultiplier() * (options.hasMax() ? options.getMax() : windowDefault),
  };
}
