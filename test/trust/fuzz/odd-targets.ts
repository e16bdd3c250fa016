/** Names written one after another, with blanks between them. */
function list(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** Instead of a parameter in a path. */
export const segments = [
  ...list(`
  .. . %2e%2e %2e %2f a%2fb ..%2f..%2fv1%2fstats %5c
  %00 a%00b %0d%0aX-A:1 %ff %c0%80 %zz % %2
  %u0041 {orderId} :orderId null undefined -1 0 *
  $where __proto__ ~ ;x=1 %F0%9F%AB%96 %ED%A0%80 4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7 4F0C7F6E-2F3B-5D0E-9C39-6F0F7D1F5B7A
  %204f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a 4f0c7f6e2f3b5d0e9c396f0f7d1f5b7a 9999 40000 4000: 4000:UPPER %34000 '--
  <script> {"$gt":""} [0] | ^ "
`),
  ...[150, 300, 8_000].map((length) => 'x'.repeat(length)),
  `4000:${'x'.repeat(33)}`,
];

/** Instead of the value of a parameter of the query. */
export const values = [
  '',
  'x'.repeat(1_500),
  ...list(`
  %00 %zz % %ff + %20 -1 0
  101 1e1 1.0 %2B5 0x1 NaN null true
  [] {} * 2026-13-01T00:00:00Z 2026-02-30T00:00:00Z 2026-01-01 2026-01-01T00:00:00 2026-01-01T00:00:00%2B02:00
  0000-00-00T00:00:00Z 2026-01-01T24:00:00Z 999999999999999999 PAID paid,pending eur %E2%82%AC 4111111111111111
  e30 AAAA %F0%9F%AB%96 __proto__ a%26b a;b 'OR'1'='1 %0d%0a
  ../../etc/passwd 99999-01-01T00:00:00Z 2026-01-31T09:30:00.1234567890Z
`),
];

/** Parameters that no operation has. */
export const names = [
  '',
  'x'.repeat(300),
  ...list(`
  __proto__ constructor Limit LIMIT limit[] limit%5B%5D a status.x
  %00 fields $where callback _method
`),
];

/** Methods that HTTP has, and no operation. */
export const methods = list('HEAD OPTIONS PUT PATCH DELETE TRACE PROPFIND SEARCH LINK PURGE MKCOL QUERY');

/** No methods at all. */
export const noMethods = list('get Post BREW GETX G\u00ebT "GET"');
