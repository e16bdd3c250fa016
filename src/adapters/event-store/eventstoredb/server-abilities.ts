import { ProtobufReader } from './protobuf-reader.ts';

/** What this server can do that older ones cannot. */
export interface ServerAbilities {
  /** Many appends on one call. Since 21.6. */
  readonly batchAppend: boolean;
  /** Reads of all streams that leave out on the server what is not asked for. Since 21.10. */
  readonly filteredReads: boolean;
}

/** A server that does not know the question: 20.10 and 21.2. */
export const oldestAbilities: ServerAbilities = { batchAppend: false, filteredReads: false };

/** Fields of `SupportedMethods` and `SupportedMethod` in serverfeatures.proto. */
const supported = { method: 1, version: 2 } as const;
const method = { name: 1, service: 2 } as const;

/** What a server says about itself. */
export function abilitiesFrom(bytes: Buffer): ServerAbilities {
  const reader = new ProtobufReader(bytes);
  let batchAppend = false;
  let version = '';
  for (let field = reader.next(reader.end); field !== 0; field = reader.next(reader.end)) {
    if (field === supported.method) batchAppend = isBatchAppend(reader) || batchAppend;
    else if (field === supported.version) version = reader.utf8();
    else reader.skip();
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return { batchAppend, filteredReads: major > 21 || (major === 21 && minor >= 10) };
}

function isBatchAppend(reader: ProtobufReader): boolean {
  const end = reader.message();
  let name = '';
  let service = '';
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === method.name) name = reader.latin1();
    else if (field === method.service) service = reader.latin1();
    else reader.skip();
  }
  return /^batchappend$/i.test(name) && /streams$/i.test(service);
}
