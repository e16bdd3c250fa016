import shared from '@eventstore/db-client/generated/shared_pb.js';
import { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { credentials } from '@grpc/grpc-js';

export interface FilteredRead {
  readonly streams?: readonly string[];
  readonly streamsRegex?: string;
  readonly types?: readonly string[];
  readonly typesRegex?: string;
  readonly from?: number;
  readonly count?: number;
  readonly window?: number;
  readonly isBackwards?: boolean;
}

/** A read that the protocol has and the client has not. @returns the types of the events that it gives. */
export async function readFiltered(port: number, wanted: FilteredRead): Promise<string[]> {
  const client = new StreamsClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const types: string[] = [];
  try {
    const replies: AsyncIterable<ReadResp> = client.read(requestFor(wanted));
    for await (const reply of replies)
      types.push(reply.getEvent()?.getEvent()?.getMetadataMap().get('type') ?? '');
    return types;
  } finally {
    client.close();
  }
}

function requestFor(wanted: FilteredRead) {
  const { ReadReq } = streams;
  const { FilterOptions } = ReadReq.Options;
  const prefixes = wanted.streams ?? wanted.types ?? [];
  const regex = wanted.streamsRegex ?? wanted.typesRegex ?? '';
  const expression = new FilterOptions.Expression().setPrefixList([...prefixes]).setRegex(regex);
  const filter = new FilterOptions().setCheckpointintervalmultiplier(1);
  if (wanted.streams ?? wanted.streamsRegex) filter.setStreamIdentifier(expression);
  else filter.setEventType(expression);
  if (wanted.window === undefined) filter.setCount(new shared.Empty());
  else filter.setMax(wanted.window);
  const from = String(wanted.from ?? 0);
  const beginning = new ReadReq.Options.AllOptions();
  if (wanted.isBackwards) beginning.setEnd(new shared.Empty());
  else beginning.setPosition(new ReadReq.Options.Position().setCommitPosition(from).setPreparePosition(from));
  const options = new ReadReq.Options()
    .setAll(beginning)
    .setReadDirection(wanted.isBackwards ? 1 : 0)
    .setCount(String(wanted.count ?? 1_000))
    .setUuidOption(new ReadReq.Options.UUIDOption().setString(new shared.Empty()))
    .setFilter(filter);
  return new ReadReq().setOptions(options);
}
