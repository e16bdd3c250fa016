import { connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { listenOnFreePort } from './free-port.ts';
import { pause, until } from './ledger-child.ts';

const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
});

/** A server that answers every chunk with the same bytes, and remembers what arrived. */
async function world(seed = 1) {
  const heard = { text: '' };
  const sockets = new Set<Socket>();
  const { server, port } = await listenOnFreePort(() =>
    createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('data', (chunk: Buffer) => {
        heard.text += chunk.toString();
        socket.write(chunk);
      });
      socket.once('close', () => sockets.delete(socket));
    }),
  );
  const proxy = await startFaultProxy({ to: { host: '127.0.0.1', port }, seed });
  stops.push(() => new Promise((done) => server.close(done)));
  stops.push(() => proxy.stop());
  return { proxy, heard, sockets };
}

/** A connection through the proxy and what became of it. */
async function dial({ port }: FaultProxy) {
  const socket = connect({ port, host: '127.0.0.1' });
  const seen = { text: '', closed: false, error: '' };
  socket.on('data', (chunk: Buffer) => {
    seen.text += chunk.toString();
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    seen.error = error.code ?? '';
  });
  const opened = new Promise<void>((done) => {
    socket.once('connect', () => done());
    socket.once('close', () => done());
  });
  socket.once('close', () => {
    seen.closed = true;
  });
  await opened;
  stops.push(async () => socket.destroy());
  return {
    seen,
    end: () => socket.end(),
    say: (text: string) => void socket.write(text),
    hears: (text: string) => until(() => seen.text === text, 2_000, `${text} (heard ${seen.text})`),
    closes: () => until(() => seen.closed, 2_000, 'the connection to close'),
  };
}

const quietMs = 60;

describe('a proxy that suffers nothing', () => {
  it('passes everything on in both directions, and the end of a connection too', async () => {
    const { proxy, sockets } = await world();
    const caller = await dial(proxy);
    caller.say('hello');
    await caller.hears('hello');
    expect(proxy.connections()).toBe(1);
    caller.end();
    await caller.closes();
    await until(() => proxy.connections() === 0 && sockets.size === 0, 2_000, 'both ends to be closed');
  });

  it('carries much more than fits into its hands, to the byte', async () => {
    const { proxy, heard } = await world();
    const caller = await dial(proxy);
    const much = Array.from({ length: 400_000 }, (_, n) => n.toString(36)).join(' ');
    caller.say(much);
    await until(() => caller.seen.text.length === much.length, 5_000, 'everything to come back');
    expect(caller.seen.text === much && heard.text === much).toBe(true);
  });
});

describe('refuse', () => {
  it('resets what is open and lets nobody in until it heals, on the same port', async () => {
    const { proxy } = await world();
    const before = await dial(proxy);
    await proxy.suffer({ kind: 'refuse' });
    await before.closes();
    expect(before.seen.error).toBe('ECONNRESET');
    expect((await dial(proxy)).seen.error).toBe('ECONNREFUSED');
    await proxy.heal();
    const after = await dial(proxy);
    after.say('again');
    await after.hears('again');
  });
});

describe('blackhole', () => {
  it.each(['late', 'reset', 'silent'] as const)('says nothing to anybody, and then is %s', async (ending) => {
    const { proxy, heard } = await world();
    const before = await dial(proxy);
    before.say('a');
    await before.hears('a');
    await proxy.suffer({ kind: 'blackhole', ending });
    const during = await dial(proxy);
    before.say('b');
    during.say('c');
    await pause(quietMs);
    expect(heard.text).toBe('a');
    expect([before.seen, during.seen]).toEqual([
      { text: 'a', closed: false, error: '' },
      { text: '', closed: false, error: '' },
    ]);

    await proxy.heal();
    if (ending === 'late') {
      await before.hears('ab');
      await during.hears('c');
    } else if (ending === 'reset') {
      await Promise.all([before.closes(), during.closes()]);
    } else {
      before.say('d');
      await pause(quietMs);
      expect(before.seen).toEqual({ text: 'a', closed: false, error: '' });
    }
    const fresh = await dial(proxy);
    fresh.say('e');
    await fresh.hears('e');
  });

  it('delivers late what was sent by somebody who has given up meanwhile', async () => {
    const { proxy, heard } = await world();
    const caller = await dial(proxy);
    await proxy.suffer({ kind: 'blackhole', ending: 'late' });
    caller.say('pay');
    caller.end();
    await pause(quietMs);
    expect(heard.text).toBe('');
    await proxy.heal();
    await until(() => heard.text === 'pay', 2_000, 'what was sent to arrive');
  });

  it('of replies alone lets requests be done that nobody hears of', async () => {
    const { proxy, heard } = await world();
    const caller = await dial(proxy);
    await proxy.suffer({ kind: 'blackhole', direction: 'replies', ending: 'reset' });
    caller.say('pay');
    await until(() => heard.text === 'pay', 2_000, 'the request to arrive');
    await pause(quietMs);
    expect(caller.seen.text).toBe('');
    await proxy.heal();
    await caller.closes();
  });
});

describe('reset', () => {
  it('ends what is open at once, and new connections after some bytes', async () => {
    const { proxy } = await world(7);
    const before = await dial(proxy);
    await proxy.suffer({ kind: 'reset', direction: 'requests', bytesMax: 20 });
    await before.closes();
    expect(before.seen.error).toBe('ECONNRESET');
    const during = await dial(proxy);
    for (let count = 0; count < 30 && !during.seen.closed; count++) {
      during.say('x');
      await pause(2);
    }
    await during.closes();
    expect(during.seen.error).toMatch(/ECONNRESET|EPIPE/);
    await proxy.heal();
    const after = await dial(proxy);
    after.say('y'.repeat(40));
    await after.hears('y'.repeat(40));
  });
});

describe('slow', () => {
  it('takes its time for every chunk, in order, and no longer once it is healed', async () => {
    const { proxy } = await world();
    const caller = await dial(proxy);
    await proxy.suffer({ kind: 'slow', direction: 'replies', latencyMs: 60, jitterMs: 30 });
    const startedMs = performance.now();
    for (const word of ['1', '2', '3', '4', '5']) {
      caller.say(word);
      await pause(3);
    }
    await caller.hears('12345');
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(30);
    await proxy.heal();
    const healedMs = performance.now();
    caller.say('6');
    await caller.hears('123456');
    expect(performance.now() - healedMs).toBeLessThan(30);
  });
});

describe('cut', () => {
  it('gives half of a reply and then a reset', async () => {
    const { proxy, heard } = await world();
    const caller = await dial(proxy);
    await proxy.suffer({ kind: 'cut', direction: 'replies', chunksMax: 0 });
    caller.say('12345678');
    await caller.closes();
    expect(caller.seen).toEqual({ text: '1234', closed: true, error: 'ECONNRESET' });
    expect(heard.text).toBe('12345678');
  });

  it('strikes at the same chunk for the same seed', async () => {
    const chunksOf = async (seed: number) => {
      const { proxy } = await world(seed);
      await proxy.suffer({ kind: 'cut', direction: 'replies', chunksMax: 9 });
      const caller = await dial(proxy);
      let whole = 0;
      for (; !caller.seen.closed && whole < 20; whole++) {
        caller.say('ab');
        await until(() => caller.seen.closed || caller.seen.text.length >= 2 * (whole + 1), 2_000, 'a reply');
      }
      return whole;
    };
    const seen = [await chunksOf(5), await chunksOf(5), await chunksOf(6), await chunksOf(8)];
    expect(seen[0]).toBe(seen[1]);
    expect(new Set(seen).size).toBeGreaterThan(1);
  });
});

it('leaves no connection and no listener behind when it is stopped in the middle of a fault', async () => {
  const { proxy, sockets } = await world();
  const callers = [await dial(proxy), await dial(proxy)];
  await proxy.suffer({ kind: 'blackhole', ending: 'late' });
  for (const caller of callers) caller.say('held');
  await pause(quietMs);
  await proxy.stop();
  await until(() => sockets.size === 0, 2_000, 'the server to lose its connections');
  expect(proxy.connections()).toBe(0);
  expect((await dial(proxy)).seen.error).toBe('ECONNREFUSED');
});
