/** Bytes that a number takes as a varint. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length += 1;
  return length;
}

/** Bytes of a field whose value is `length` bytes long: its tag (of a field below 16), its length, and itself. */
export function fieldLength(length: number): number {
  return 1 + varintLength(length) + length;
}

/** Writes protobuf messages whose lengths were counted before, into one buffer of exactly the length they have. */
export class ProtobufWriter {
  readonly bytes: Buffer;
  #at = 0;

  constructor(length: number) {
    this.bytes = Buffer.allocUnsafe(length);
  }

  /** Begins a message, a text or bytes of that length. */
  counted(field: number, length: number): this {
    this.bytes[this.#at++] = (field << 3) | 2;
    return this.#varint(length);
  }

  number(field: number, value: number): this {
    this.bytes[this.#at++] = field << 3;
    return this.#varint(value);
  }

  text(field: number, text: string, length: number): this {
    this.counted(field, length);
    this.#at += this.bytes.write(text, this.#at, length, 'utf8');
    return this;
  }

  ascii(field: number, text: string): this {
    this.counted(field, text.length);
    this.#at += this.bytes.write(text, this.#at, text.length, 'latin1');
    return this;
  }

  #varint(value: number): this {
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.bytes[this.#at++] = (rest % 128) | 128;
    this.bytes[this.#at++] = rest;
    return this;
  }
}
