import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import type { LoadPlan, LoadResult } from './load.ts';

// A client that does as little as it can: it shares the machine with what is measured. Raw sockets, one request in
// flight on each, answers read by their Content-Length.
const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
const headEnd = Buffer.from('\r\n\r\n');
const lengthName = Buffer.from('content-length: ');
const latencies: number[] = [];
let failures = 0;
let counting = false;
let stopped = false;

for (let index = 0; index < plan.connections; index++) open();
setTimeout(() => {
  counting = true;
  const startedMs = performance.now();
  setTimeout(() => {
    counting = false;
    stopped = true;
    report(performance.now() - startedMs);
  }, plan.runMs);
}, plan.warmMs);

function open(): void {
  const socket = connect(plan.port, '127.0.0.1').setNoDelay(true);
  let pending: Buffer | undefined;
  let sentMs = 0;
  const send = () => {
    sentMs = performance.now();
    socket.write(request());
  };
  socket.once('connect', send);
  socket.on('error', () => {
    failures += 1;
  });
  socket.on('data', (chunk) => {
    pending = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
    if (!isWhole(pending)) return;
    // `HTTP/1.1 2..`: the first digit of the status.
    if (pending[9] !== 0x32) failures += 1;
    pending = undefined;
    if (counting) latencies.push(performance.now() - sentMs);
    if (stopped) socket.end();
    else send();
  });
}

function isWhole(answer: Buffer): boolean {
  const head = answer.indexOf(headEnd);
  if (head < 0) return false;
  const at = answer.indexOf(lengthName);
  const length =
    at < 0 || at > head
      ? 0
      : Number.parseInt(answer.toString('latin1', at + lengthName.length, at + lengthName.length + 8), 10);
  return answer.length >= head + headEnd.length + length;
}

function request(): string {
  const { method, path, token, body } = plan;
  const authorization = token === undefined ? '' : `Authorization: Bearer ${token}\r\n`;
  if (method === 'GET') return `GET ${path} HTTP/1.1\r\nHost: bench\r\n${authorization}\r\n`;
  return `POST ${path} HTTP/1.1\r\nHost: bench\r\n${authorization}Idempotency-Key: "${randomUUID()}"\r\nContent-Type: application/json\r\nContent-Length: ${body?.length}\r\n\r\n${body}`;
}

function report(elapsedMs: number): void {
  latencies.sort((a, b) => a - b);
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  const result: LoadResult = {
    perSecond: latencies.length / (elapsedMs / 1_000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    failures,
  };
  process.stdout.write(JSON.stringify(result));
}
