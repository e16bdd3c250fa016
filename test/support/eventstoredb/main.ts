import { parseArgs } from 'node:util';
import { startEventStoreDouble } from '../servers/event-store-double.ts';

/**
 * The double in a process of its own: `node test/support/eventstoredb/main.ts [--port N] [--tls CERT KEY]`. It prints its
 * URL, and ends on SIGTERM or SIGINT.
 */
const { values, positionals } = parseArgs({
  options: { port: { type: 'string' }, tls: { type: 'string' } },
  allowPositionals: true,
});
const [keyFile] = positionals;
if (values.tls !== undefined && keyFile === undefined) throw new Error('--tls needs two files: CERT KEY');

const double = await startEventStoreDouble({
  ...(values.port !== undefined && { port: Number(values.port) }),
  ...(values.tls !== undefined && keyFile !== undefined && { tls: { certificateFile: values.tls, keyFile } }),
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void double.stop());
process.stdout.write(`${double.url}\n`);
