import type { Seeded } from '../../e2e/support/seeded.ts';
import { hex } from './draws.ts';
import type { RawScript } from './raw.ts';
import { alive, host, lines, type Maker, place, refusals, refused } from './raw-refusals.ts';

/** What is unusual, unfinished or too much. By kind. */
const oddities: Readonly<Record<string, Maker>> = {
  noise: (draw) => ({
    ...refused(Buffer.from(hex(draw, 2 * (8 + draw.below(300))), 'hex').toString('latin1')),
    answers: ['bad', 'any'],
    ending: 'closes',
  }),
  'absolute target': (draw) => ({
    parts: [
      `GET ${draw.pick(['http://evil.example/livez', 'http://ledger.test/v1/orders', 'http://', 'ftp://x/livez', '//livez', 'http://a@b:99/livez'])} HTTP/1.1\r\n${host}\r\n\r\n`,
    ],
    answers: ['any'],
    ending: 'closes',
  }),
  'other targets': (draw) => ({
    parts: [
      `${draw.pick(['OPTIONS *', 'GET *', 'GET ?', 'GET /?', 'GET /%', 'GET /#x', 'CONNECT ledger.test:443', 'CONNECT /livez'])} HTTP/1.1\r\n${host}\r\n\r\n`,
    ],
    answers: ['bad'],
    ending: 'closes',
  }),
  'header flood': (draw) => ({
    parts: [
      `GET /livez HTTP/1.1\r\n${host}\r\n`,
      `X-${'a'.repeat(20)}: ${'b'.repeat(draw.pick([20, 200]))}\r\n`.repeat(1_500),
      '\r\n',
    ],
    answers: ['bad'],
  }),
  'endless header': (draw) => ({
    parts: Array.from({ length: 8 }, (_, index) =>
      index === 0 ? `GET /livez HTTP/1.1\r\n${host}\r\nX: ` : 'y'.repeat(draw.pick([3_000, 9_000])),
    ),
    answers: ['bad'],
  }),
  'long request line': (draw) => ({
    parts: [`GET /${'x'.repeat(draw.pick([17_000, 60_000]))} HTTP/1.1\r\n${host}\r\n\r\n`],
    answers: ['bad'],
  }),
  'host missing or twice': (draw) =>
    draw.below(2) === 0
      ? refused(lines('GET /livez HTTP/1.1', 'X-A: 1'))
      : {
          parts: [lines('GET /livez HTTP/1.1', host, 'Host: other')],
          answers: ['any'],
          ending: 'closes',
        },
  'long chunks': (draw) => ({
    parts: [
      lines(place, host, 'Content-Type: application/json', 'Transfer-Encoding: chunked'),
      `4000\r\n${' '.repeat(0x4000)}\r\n`.repeat(draw.pick([6, 12])),
    ],
    answers: ['bad'],
  }),
  'chunk extensions': (draw) => ({
    parts: [
      lines(place, host, 'Content-Type: application/json', 'Transfer-Encoding: chunked'),
      `2;${'a'.repeat(draw.pick([10, 20_000]))}=b\r\n{}\r\n0\r\n\r\n`,
    ],
    answers: ['bad'],
    ending: 'closes',
  }),
  pipelining: (draw) => {
    const count = 2 + draw.below(20);
    return {
      parts: [alive.repeat(count)],
      answers: Array(count).fill('good'),
      ending: 'closes',
    };
  },
  'pipelining, then garbage': (draw) => {
    const count = 1 + draw.below(5);
    return {
      parts: [`${alive.repeat(count)}GARBAGE\r\n\r\n${alive}`],
      answers: [...Array(count).fill('any'), 'bad'],
    };
  },
  'HTTP/1.0': (draw) => ({
    parts: [`${draw.pick(['GET /livez', 'GET /v1/orders', 'POST /v1/orders'])} HTTP/1.0\r\n\r\n`],
    answers: ['any'],
  }),
  'HTTP/0.9': () => ({ parts: ['GET /livez\r\n\r\n'], answers: ['bad'] }),
  'half a request': (draw) => {
    const whole = `${lines(place, host, 'Content-Type: application/json', 'Content-Length: 20')}{"currency":"EUR"}  `;
    return {
      parts: [whole.slice(0, 1 + draw.below(whole.length - 1))],
      answers: ['any'],
      ending: draw.pick(['closes', 'resets'] as const),
    };
  },
  'body shorter than said': (draw) => ({
    parts: [
      lines(place, host, 'Content-Type: application/json', `Content-Length: ${draw.pick([50, 60_000])}`),
      '{}',
    ],
    answers: ['any'],
    ending: draw.pick(['closes', 'resets'] as const),
  }),
  'body longer than said': () => ({
    parts: [`${lines(place, host, 'Content-Type: application/json', 'Content-Length: 2')}{}{}{}{}`],
    answers: ['bad', 'bad'],
  }),
  'byte by byte': () => ({
    parts: [...alive],
    pauseMs: 1,
    answers: ['good'],
    ending: 'closes',
  }),
  'bare line feeds': () => ({
    parts: [`GET /livez HTTP/1.1\n${host}\n\n`],
    answers: ['any'],
    ending: 'closes',
  }),
  upgrade: (draw) => ({
    parts: [
      lines(
        'GET /livez HTTP/1.1',
        host,
        'Connection: Upgrade',
        `Upgrade: ${draw.pick(['websocket', 'h2c', 'TLS/1.0'])}`,
        'Sec-WebSocket-Version: 13',
      ),
    ],
    answers: ['any'],
    ending: 'closes',
  }),
  'nothing at all': (draw) => ({
    parts: [draw.pick(['', '\r\n', '\r\n\r\n\r\n'])],
    answers: ['any'],
    ending: draw.pick(['closes', 'resets'] as const),
  }),
  'answer torn down': () => ({
    parts: [alive.repeat(50)],
    answers: Array(50).fill('good'),
    ending: 'resets',
  }),
};

const makers: Readonly<Record<string, Maker>> = { ...refusals, ...oddities };

export const rawKinds: readonly string[] = Object.keys(makers);

/** The script of one connection. Kinds take turns, so that each is there as often as any. */
export function rawScript(index: number, draw: Seeded): RawScript {
  const kind = rawKinds[index % rawKinds.length] ?? 'noise';
  const making = makers[kind]?.(draw) ?? { parts: [] };
  return { kind, pauseMs: 0, ending: 'waits', answers: [], ...making };
}
