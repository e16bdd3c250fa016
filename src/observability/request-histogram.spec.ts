import { describe, expect, it } from 'vitest';
import { RequestHistogram } from './request-histogram.ts';

const list = { method: 'GET', path: '/v1/orders' };
const place = { method: 'POST', path: '/v1/orders' };

const name = 'ledger_http_request_duration_seconds';

/** `le` → count, of one series. */
function bucketsIn(text: string, labels: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}_bucket`) && line.includes(labels));
  return new Map(lines.map((line) => [/le="([^"]+)"/.exec(line)?.[1] ?? '', Number(line.split(' ').at(-1))]));
}

describe('the histogram of requests', () => {
  it('counts a request in every bucket it fits into, and in all of them when it fits into none', () => {
    const histogram = new RequestHistogram();
    for (const durationMs of [0.4, 1, 3, 40, 9_000]) histogram.observe(list, 200, durationMs);

    const buckets = bucketsIn(histogram.render(), 'status="200"');

    expect(buckets.get('0.0005')).toBe(1);
    expect(buckets.get('0.001')).toBe(2);
    expect(buckets.get('0.005')).toBe(3);
    expect(buckets.get('0.05')).toBe(4);
    expect(buckets.get('5')).toBe(4);
    expect(buckets.get('+Inf')).toBe(5);
    expect([...buckets.values()]).toEqual([...buckets.values()].toSorted((a, b) => a - b));
  });

  it('gives the sum in seconds and the count, which is that of the last bucket', () => {
    const histogram = new RequestHistogram();
    for (const durationMs of [250, 750]) histogram.observe(place, 201, durationMs);

    const lines = histogram.render().split('\n');

    expect(lines).toContain(`${name}_sum{method="POST",route="/v1/orders",status="201"} 1`);
    expect(lines).toContain(`${name}_count{method="POST",route="/v1/orders",status="201"} 2`);
  });

  it('keeps methods, routes and statuses apart', () => {
    const histogram = new RequestHistogram();
    histogram.observe(place, 201, 1);
    histogram.observe(place, 400, 1);
    histogram.observe(list, 200, 1);

    const counts = histogram.render().match(/_count\{.*\} 1$/gm);

    expect(counts).toHaveLength(3);
  });

  it('says what it is before the first request: a help and a type line, and nothing else', () => {
    const lines = new RequestHistogram().render().trimEnd().split('\n');
    expect(lines).toEqual([`# HELP ${name} Time to answer requests`, `# TYPE ${name} histogram`]);
  });
});
