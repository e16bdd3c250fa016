import { describe, expect, it } from 'vitest';
import { freeText, printable, unprocessable } from './text.ts';

const line = freeText(20);
const note = freeText(20, { multiline: true });

function complaints(schema: Pick<typeof line, 'safeParse'>, text: unknown): readonly string[] {
  return schema.safeParse(text).error?.issues.map(({ message }) => message) ?? [];
}

describe('free text', () => {
  it('is kept as it was written', () => {
    for (const text of ['a', ' Ring twice – 謝謝 👍 ', 'x'.repeat(20)]) {
      expect(line.parse(text)).toBe(text);
      expect(note.parse(text)).toBe(text);
    }
  });

  it('is neither empty nor longer than it may be, counted in code points', () => {
    for (const text of ['', 'x'.repeat(21), '👍'.repeat(21), null, 1]) {
      expect(complaints(line, text)).toHaveLength(1);
    }
    expect(complaints(line, '👍'.repeat(20))).toEqual([]);
  });

  it('breaks lines and has tabs only where it may', () => {
    expect(complaints(note, 'a\n\tb')).toEqual([]);
    for (const text of ['a\nb', 'a\tb'])
      expect(complaints(line, text)).toEqual(['must not contain control characters']);
  });

  it.each(['\u0000', '\u0007', '\u001b[31m', '\r', '\u007f', '\u0085', '\u009b'])(
    'never holds the control character %j',
    (control) => {
      const message = ['must not contain control characters'];
      expect(complaints(line, `a${control}`)).toEqual(message);
      expect(complaints(note, `a${control}`)).toEqual(message);
    },
  );

  it('is well-formed Unicode', () => {
    for (const text of ['\ud800', 'a\udc00b', '\udc00\ud800']) {
      expect(complaints(note, text)).toEqual(['must be well-formed Unicode']);
    }
  });

  it('holds no card number: well-formed, but impossible', () => {
    const [issue] = line.safeParse('4111 1111 1111 1111').error?.issues ?? [];
    expect(issue).toMatchObject({ params: unprocessable });
    expect(issue?.message).toMatch(/card number/);
    expect(issue?.message).not.toMatch(/\d/);
    // The shortest there is.
    expect(line.safeParse('30569309025904').success).toBe(false);
  });
});

describe('a name that another system gave', () => {
  it('is printable, of one line and of limited length', () => {
    const name = printable(5);
    for (const text of ['a', 'a b c', '謝謝']) expect(name.parse(text)).toBe(text);
    for (const text of ['', 'abcdef', 'a\n', 'a\u009f', '\ud800']) {
      expect(name.safeParse(text).success, JSON.stringify(text)).toBe(false);
    }
    expect(complaints(name, 'a\n')).toEqual(['must be printable text']);
  });
});
