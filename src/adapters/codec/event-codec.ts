import type { Catalogue } from '../../domain/kernel/event-catalogue.ts';
import { personalFieldsOf } from '../../domain/kernel/event-catalogue.ts';
import { DamagedData, UnreadableEvent } from '../../domain/kernel/faults.ts';
import type { Digest } from '../../ports/digest.ts';
import type {
  DomainEvent,
  EncodedEvents,
  EventCodec,
  Origin,
  UnencodedEvent,
} from '../../ports/event-codec.ts';
import type { NewEvent, RecordedEvent } from '../../ports/event-store.ts';
import type { KeyStore, SubjectKey } from '../../ports/key-store.ts';
import { chainHash, checkLink, withHash } from './hash-chain.ts';
import { isSealed, seal, unseal } from './sealing.ts';
import { headOf, type MetadataHead, metadataText, StoredEvent } from './stored-event.ts';

/** What a personal field reads once its subject's key is gone. */
export const erasedText = '[erased]';

interface Codable {
  readonly data: Catalogue[string]['data'];
  readonly version: number;
  readonly upcasts: Catalogue[string]['upcasts'];
  readonly personal: readonly string[];
}

/** The codec of the given catalogues; their event types must not overlap unless they are the same entry. */
export function createEventCodec(
  catalogues: readonly Catalogue[],
  keys: KeyStore,
  digest: Digest,
): EventCodec {
  const entries = new Map<string, Codable>();
  for (const [type, { version, data, upcasts }] of catalogues.flatMap(Object.entries<Catalogue[string]>)) {
    entries.set(type, { version, data, upcasts, personal: personalFieldsOf(data) });
  }

  return { encode, decode, check: checkLink, complaint };

  function encode(events: readonly UnencodedEvent[], origin: Origin): Promise<EncodedEvents> | EncodedEvents {
    const personal = events.some(({ type, data }) => entryOf(type).personal.some((field) => field in data));
    if (!personal) return encodeWith(undefined, events, origin);
    return keys.forSubject(origin.subject).then((key) => encodeWith(key, events, origin));
  }

  function encodeWith(
    key: SubjectKey | undefined,
    events: readonly UnencodedEvent[],
    origin: Origin,
  ): EncodedEvents {
    let lastHash = origin.lastHash;
    const encoded = events.map((event, index): NewEvent => {
      const { version, personal } = entryOf(event.type);
      const eventId = digest.uuid5(origin.metadata.commandId, String(index));
      const sealed = key !== undefined && personal.some((field) => field in event.data);
      const link = {
        stream: origin.stream,
        revision: origin.revision + 1 + index,
        eventId,
        type: event.type,
        data: JSON.stringify(sealed ? sealFields(event.data, personal, key, eventId) : event.data),
      };
      const metadata = metadataText(version, origin.metadata, sealed ? key.keyId : undefined);
      lastHash = chainHash(lastHash, link, metadata);
      return { eventId, type: link.type, data: link.data, metadata: withHash(metadata, lastHash) };
    });
    return { events: encoded, lastHash };
  }

  async function decode(events: readonly RecordedEvent[]): Promise<readonly DomainEvent[]> {
    const heads = events.map((event) => headOf(event.metadata));
    const keyIds = new Set<string>();
    for (const { subjectKeyId } of heads) if (subjectKeyId !== undefined) keyIds.add(subjectKeyId);
    const found = keyIds.size === 0 ? noKeys : await keys.byId([...keyIds]);
    return heads.map((head, index) => decodeOne(events[index] as RecordedEvent, head, found));
  }

  function decodeOne(
    event: RecordedEvent,
    head: MetadataHead,
    found: ReadonlyMap<string, SubjectKey>,
  ): DomainEvent {
    const entry = entries.get(event.type);
    if (entry === undefined) throw new UnreadableEvent(event, 'no event of this type is known to this build');
    const { schemaVersion, subjectKeyId } = head;
    if (schemaVersion > entry.version) {
      throw new UnreadableEvent(
        event,
        `version ${schemaVersion} is newer than ${entry.version}; upgrade this build`,
      );
    }
    let data = dataOf(event);
    // Before it is lifted: a field is sealed under the name it then had.
    if (subjectKeyId !== undefined) {
      data = unsealFields(data as Record<string, unknown>, found.get(subjectKeyId), event.eventId);
    }
    for (let version = schemaVersion; version < entry.version; version++) {
      const upcast = entry.upcasts?.[version];
      if (upcast === undefined) throw new UnreadableEvent(event, `no upcast from version ${version}`);
      data = upcast(data as Readonly<Record<string, unknown>>);
    }
    return new StoredEvent(event, data, head);
  }

  function complaint({ type, data }: DomainEvent): string | undefined {
    const parsed = entryOf(type).data.safeParse(data);
    return parsed.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  }

  function entryOf(type: string): Codable {
    const entry = entries.get(type);
    if (entry === undefined) throw new TypeError(`${type} is in no catalogue of this codec`);
    return entry;
  }
}

function dataOf(event: RecordedEvent): unknown {
  try {
    return JSON.parse(event.data);
  } catch (cause) {
    const where = `${event.type} at ${event.stream}@${event.revision} (position ${event.position})`;
    throw new DamagedData(`${where}: what is stored is not JSON`, { cause });
  }
}

const noKeys: ReadonlyMap<string, SubjectKey> = new Map();

function sealFields(data: object, fields: readonly string[], key: SubjectKey, eventId: string): object {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      fields.includes(name) ? seal(JSON.stringify(value), key, `${eventId}/${name}`) : value,
    ]),
  );
}

function unsealFields(data: Record<string, unknown>, key: SubjectKey | undefined, eventId: string): object {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      if (!isSealed(value)) return [name, value];
      return [name, key === undefined ? erasedText : JSON.parse(unseal(value, key, `${eventId}/${name}`))];
    }),
  );
}
