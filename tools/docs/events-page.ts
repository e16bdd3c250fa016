import { erasedText } from '../../src/adapters/codec/event-codec.ts';
import { booksAggregate } from '../../src/domain/books/aggregate.ts';
import { posting } from '../../src/domain/books/posting.ts';
import { type Catalogue, personalFieldsOf } from '../../src/domain/kernel/event-catalogue.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import { line } from '../../src/domain/order/line.ts';
import { webhookAggregate } from '../../src/domain/webhook/aggregate.ts';
import { code, generated, page, table } from './markdown.ts';
import { membersOf } from './shape.ts';

/** Every aggregate whose streams are in a log, and how those are named. */
const aggregates: readonly { readonly stream: string; readonly events: Catalogue }[] = [
  { stream: `${orderAggregate.category}-{orderId}`, events: orderAggregate.events },
  { stream: `${booksAggregate.category}-{currency}`, events: booksAggregate.events },
  { stream: `${webhookAggregate.category}-{reportId}`, events: webhookAggregate.events },
];

/** Every event there can be, from the catalogues of the aggregates. */
export function eventsPage(): string {
  const described = new Map(aggregates.flatMap(({ events }) => Object.entries(events)));
  return page(
    '# Events',
    generated,
    `Every event there is: the current version, its fields, and which fields are personal. Personal fields are sealed with the key of the customer before they are stored; without that key they read ${code(erasedText)}. An event, once recorded, is never renamed and never changes its type; another shape is another version with an upcast from the one before.`,
    ...aggregates.flatMap(({ stream, events }) => [
      `In the streams ${code(stream)}:`,
      table(
        ['Event', 'Version', 'Fields'],
        Object.entries(events).map(([type, { version, data }]) => [
          `[${type}](#${type.toLowerCase()})`,
          String(version),
          Object.keys(data.shape).map(code).join(', ') || 'none',
        ]),
      ),
    ]),
    ...[...described].map(([type, entry]) => section(type, entry)),
    '## Shapes',
    `### Money\n\n${fields(money)}`,
    `### Line\n\n${fields(line)}`,
    `### Posting\n\n${fields(posting)}`,
    metadata,
  );
}

function section(type: string, { version, data }: Catalogue[string]): string {
  const title = `## ${type}\n\nVersion ${version}.`;
  return Object.keys(data.shape).length === 0
    ? `${title} No fields.`
    : `${title}\n\n${fields(data, personalFieldsOf(data))}`;
}

function fields(schema: Parameters<typeof membersOf>[0], personal: readonly string[] = []): string {
  const rows = membersOf(schema).map(({ name, type, optional }) => [
    code(name),
    type,
    [optional && 'optional', personal.includes(name) && '**personal**'].filter(Boolean).join(', '),
  ]);
  return table(['Field', 'Type', ''], rows);
}

const metadata = `## Metadata

Beside its data, every event is stored with: \`schemaVersion\`, \`commandId\`, \`command\`, \`fingerprint\`, \`actor\`, \`requestId\`,
\`occurredAt\`, and where they apply \`correlationId\`, \`causationId\`, \`traceparent\`, \`effectiveAt\`, \`subjectKeyId\`; last, \`hash\`:
SHA-256 over the hash of the event before it in the stream and everything stored of this one. The id of an event is the UUID (version 5) of its
command's id and its index among the events of that command.`;
