import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';

export type Direction = 'forwards' | 'backwards';

/** Where in all streams: a position at which an event begins, or an end. */
export type LogPlace = number | 'start' | 'end';

/** Which streams, by their names on the server: by how they begin, or by a regular expression. */
export type StreamFilter = { readonly prefixes: readonly string[] } | { readonly regex: string };

const { Options } = streams.ReadReq;
const directions = { forwards: 0, backwards: 1 } as const;

/** Forwards from a revision (inclusive), or backwards from the end. */
export function streamRequest(
  stream: string,
  {
    from,
    direction,
    count,
  }: { readonly from: number; readonly direction: Direction; readonly count: number },
): Buffer {
  const name = new shared.StreamIdentifier().setStreamName(Buffer.from(stream));
  const place = new Options.StreamOptions().setStreamIdentifier(name);
  if (direction === 'backwards') place.setEnd(new shared.Empty());
  else place.setRevision(String(from));
  const options = optionsOf(direction).setStream(place).setCount(String(count));
  return bytesOf(options.setNoFilter(new shared.Empty()));
}

/** Forwards with the event that begins there, backwards without. */
export function logRequest(
  from: LogPlace,
  {
    direction,
    count,
    filter,
  }: { readonly direction: Direction; readonly count: number; readonly filter?: StreamFilter },
): Buffer {
  const options = optionsOf(direction).setAll(placeOf(from)).setCount(String(count));
  return bytesOf(
    filter === undefined ? options.setNoFilter(new shared.Empty()) : options.setFilter(filterOf(filter)),
  );
}

/** What comes after the event that begins there, from now on or from then. */
export function subscriptionRequest(after: LogPlace, filter: StreamFilter): Buffer {
  const options = optionsOf('forwards').setAll(placeOf(after)).setFilter(filterOf(filter));
  return bytesOf(options.setSubscription(new Options.SubscriptionOptions()));
}

function optionsOf(direction: Direction) {
  const ids = new Options.UUIDOption().setString(new shared.Empty());
  return new Options().setReadDirection(directions[direction]).setResolveLinks(false).setUuidOption(ids);
}

function placeOf(place: LogPlace) {
  const options = new Options.AllOptions();
  if (place === 'start') return options.setStart(new shared.Empty());
  if (place === 'end') return options.setEnd(new shared.Empty());
  const position = new Options.Position();
  position.setCommitPosition(String(place));
  position.setPreparePosition(String(place));
  return options.setPosition(position);
}

function filterOf(filter: StreamFilter) {
  const expression = new Options.FilterOptions.Expression();
  if ('regex' in filter) expression.setRegex(filter.regex);
  else expression.setPrefixList([...filter.prefixes]);
  return new Options.FilterOptions()
    .setStreamIdentifier(expression)
    .setCount(new shared.Empty())
    .setCheckpointintervalmultiplier(checkpointInterval);
}

/** Windows of the server between the checkpoints of a subscription: it must not be 0, and nobody waits for them. */
const checkpointInterval = 1_000;

function bytesOf(options: InstanceType<typeof Options>): Buffer {
  return Buffer.from(new streams.ReadReq().setOptions(options).serializeBinary());
}
