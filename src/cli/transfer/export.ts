import { once } from 'node:events';
import { createWriteStream, writeFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { type Ledger, openLedger } from '../../main.ts';
import { type CliCommand, exitCodes } from '../command.ts';
import { requireApart, requireWritable } from '../files.ts';
import { duration, grouped, type Terminal } from '../terminal.ts';
import { hashIn, lineOf } from './format.ts';
import { writeAside } from './write-aside.ts';

const pageSize = 4_000;

export const exportLog: CliCommand = {
  summary: 'write the whole log to a file',
  usage: 'FILE.ndjson [--keys KEYFILE] [--force]',
  help: `  --keys KEYFILE   also write the keys that sealed personal fields open with; keep them apart from the log
  --force          replace files that are there

Everything up to where the log ends now, in its order, to the byte; hashes stay what they are. \`ledger restore\` reads it
into any other store.`,
  options: { keys: { type: 'string' }, force: { type: 'boolean' } },
  words: [1, 1],
  run: async ({ words: [file = ''], options, config, terminal }) => {
    const keyFile = options['keys'];
    for (const path of [file, keyFile]) {
      if (typeof path === 'string') requireWritable(path, options['force'] === true);
    }
    if (typeof keyFile === 'string') requireApart(file, keyFile);
    const ledger = await openLedger(config, { documents: 'write' });
    try {
      const startedMs = performance.now();
      const { events, digest, sealed } = await writeAside(file, (path) => writeLog(path, ledger, terminal));
      const keys =
        typeof keyFile === 'string'
          ? await writeAside(keyFile, (path) => writeKeys(path, ledger))
          : undefined;
      terminal.line(
        `${grouped(events)} events written to ${file} in ${duration(performance.now() - startedMs)}, digest ${digest}`,
      );
      if (keys !== undefined) terminal.line(`${grouped(keys)} keys written to ${keyFile}`);
      else if (sealed > 0)
        terminal.line(
          `${grouped(sealed)} events have sealed fields: without --keys they stay sealed where this is restored`,
        );
      terminal.answer({ events, digest, sealed, ...(keys !== undefined && { keys }) });
      return exitCodes.done;
    } finally {
      await ledger.close();
    }
  },
};

async function writeLog(file: string, { store, digest, clock }: Ledger, terminal: Terminal) {
  const out = createWriteStream(file, { mode: 0o600 });
  const head = await store.head();
  const startedMs = clock.monotonicMs();
  let [after, events, sealed, chained] = [0, 0, 0, ''];
  await write(`${JSON.stringify({ format: 'order-ledger/1', exportedAt: clock.now() })}\n`);
  while (after < head) {
    const page = (await store.readAll({ after, countMax: pageSize })).filter(
      ({ position }) => position <= head,
    );
    const last = page.at(-1);
    if (last === undefined) break;
    for (const { metadata } of page) {
      chained = digest.sha256(`${chained}\n${hashIn(metadata)}`);
      if (metadata.includes('"subjectKeyId"')) sealed += 1;
    }
    await write(`${page.map(lineOf).join('\n')}\n`);
    after = last.position;
    events += page.length;
    const elapsedMs = clock.monotonicMs() - startedMs;
    terminal.progress('export', { fraction: after / head, count: events, unit: 'events', elapsedMs });
  }
  await write(`${JSON.stringify({ events, digest: chained })}\n`);
  out.end();
  await finished(out);
  terminal.progressDone();
  return { events, digest: chained, sealed };

  async function write(text: string): Promise<void> {
    if (!out.write(text)) await once(out, 'drain');
  }
}

async function writeKeys(file: string, { keys }: Ledger): Promise<number> {
  const lines: string[] = [];
  for await (const { keyId, subject, secret } of keys.all()) {
    lines.push(JSON.stringify({ keyId, subject, secret: Buffer.from(secret).toString('base64') }));
  }
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  return lines.length;
}
