import type { Seeded } from '../../e2e/support/seeded.ts';
import type { RawScript } from './raw.ts';

export type Making = Partial<Omit<RawScript, 'kind'>> & Pick<RawScript, 'parts'>;
export type Maker = (draw: Seeded) => Making;

export const host = 'Host: ledger.test';
export const alive = `GET /livez HTTP/1.1\r\n${host}\r\n\r\n`;
export const place = 'POST /v1/orders HTTP/1.1';

/** The head of a request. */
export function lines(...all: readonly string[]): string {
  return `${all.join('\r\n')}\r\n\r\n`;
}

/** Refused with one 4xx, and nothing behind it is read. */
export function refused(text: string): Making {
  return { parts: [Buffer.concat([Buffer.from(text, 'latin1'), Buffer.from(alive)])], answers: ['bad'] };
}

function odd(draw: Seeded): string {
  return draw.pick(['\u0000', '\u0001', '\r', '\u007f', ' ']);
}

/** Bytes that are no request, or more than one in disguise. By kind. */
export const refusals: Readonly<Record<string, Maker>> = {
  'not HTTP': (draw) =>
    refused(
      draw.pick([
        '\u0016\u0003\u0001\u0002\u0000',
        'SSH-2.0-x\r\n',
        '\u0000'.repeat(50),
        'EHLO x\r\n',
        '{"a":1}\r\n\r\n',
        '\u00ff\u00fe\r\n\r\n',
      ]),
    ),
  'HTTP/2 preface': () => refused('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  'request line': (draw) =>
    refused(
      `${draw.pick([
        ...[
          'GET',
          'GET ',
          'GET /livez HTTP/1.1x',
          ' GET /livez HTTP/1.1',
          'GET  HTTP/1.1',
          'GET /livez HTTP/9.9',
          'GET /livez http/1.1',
        ],
        ...[
          'GET /li vez HTTP/1.1',
          'GET\t/livez HTTP/1.1',
          'G\u0000T /livez HTTP/1.1',
          'GET /li\u0001vez HTTP/1.1',
          '/livez',
          'GET /livez HTTP/1.',
          ': /',
        ],
      ])}\r\n${host}\r\n\r\n`,
    ),
  'header line': (draw) =>
    refused(
      lines(
        'GET /livez HTTP/1.1',
        host,
        draw.pick([
          ': x',
          'no colon',
          'X A: 1',
          'X-A : 1',
          ' folded: 1',
          `X${odd(draw)}A: 1`,
          'X-A: a\u0000b',
          '(x): 1',
          '"q": 1',
          'X-\u00e9: 1',
          '\u0000: 1',
        ]),
      ),
    ),
  'length and chunks': (draw) =>
    refused(
      lines(
        place,
        host,
        'Content-Length: 4',
        `Transfer-Encoding: ${draw.pick(['chunked', 'Chunked', 'chunked, chunked', 'identity'])}`,
      ) + draw.pick(['0\r\n\r\n', 'abcd', '']),
    ),
  'two lengths': (draw) =>
    refused(lines(place, host, 'Content-Length: 0', `Content-Length: ${draw.pick(['0', '5', '00'])}`)),
  'odd length': (draw) =>
    refused(
      lines(
        place,
        host,
        `Content-Length: ${draw.pick(['-1', '+1', '0x1', '1e1', '1.0', '1,1', '', '99999999999999999999', 'x', '1 1'])}`,
      ),
    ),
  'odd transfer coding': (draw) =>
    refused(
      `${lines(
        place,
        host,
        draw.pick([
          'Transfer-Encoding: xchunked',
          'Transfer-Encoding: chunked, identity',
          'Transfer-Encoding: gzip',
          'Transfer-Encoding:\u000bchunked',
          'Transfer-Encoding : chunked',
          'Transfer-Encoding: chunked;x=1',
        ]),
      )}0\r\n\r\n`,
    ),
  'broken chunks': (draw) =>
    refused(
      lines(place, host, 'Content-Type: application/json', 'Transfer-Encoding: chunked') +
        draw.pick([
          'zz\r\n',
          '-1\r\n',
          '0x2\r\n{}\r\n',
          '5\r\n{}\r\n0\r\n\r\n',
          'FFFFFFFFFFFFFFFFF\r\n',
          '\r\n\r\n',
          '2 ;\r\n',
          '2\n{}\n0\n\n',
          '2\r\n{}x0\r\n\r\n',
        ]),
    ),
};
