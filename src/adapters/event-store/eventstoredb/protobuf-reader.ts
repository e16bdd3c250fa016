/** Wire types of protobuf that hold their length in themselves or before them. */
const wireTypes = { varint: 0, eightBytes: 1, counted: 2, fourBytes: 5 } as const;

const seven = 2 ** 7;

/**
 * Reads one protobuf message after the other in the same bytes, field by field, and makes nothing but what is asked for.
 * Numbers beyond 2^53 come out as the nearest that a number can be: too large for whoever checks.
 */
export class ProtobufReader {
  readonly #bytes: Buffer;
  #at = 0;
  #wireType = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get end(): number {
    return this.#bytes.length;
  }

  /** Number of the next field of the message that ends at `end`; 0 when there is none. */
  next(end: number): number {
    if (this.#at >= end) return 0;
    const tag = this.varint();
    this.#wireType = tag & 7;
    return tag >>> 3;
  }

  varint(): number {
    const first = this.#byte();
    if (first < seven) return first;
    let value = first - seven;
    for (let unit = seven; ; unit *= seven) {
      const byte = this.#byte();
      if (byte < seven) return value + byte * unit;
      value += (byte - seven) * unit;
    }
  }

  /** The bits of a signed number that may be negative. */
  bits(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < seven) return BigInt.asUintN(64, value);
    }
  }

  /** Where the message ends that is the value of this field. */
  message(): number {
    const length = this.varint();
    return this.#at + length;
  }

  utf8(): string {
    const end = this.message();
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end;
    return text;
  }

  /** For what is ASCII where it matters; anything else becomes something that is not ASCII either. */
  latin1(): string {
    const end = this.message();
    const text = this.#bytes.toString('latin1', this.#at, end);
    this.#at = end;
    return text;
  }

  skip(): void {
    if (this.#wireType === wireTypes.varint) this.varint();
    else if (this.#wireType === wireTypes.counted) this.#at = this.message();
    else if (this.#wireType === wireTypes.eightBytes) this.#at += 8;
    else if (this.#wireType === wireTypes.fourBytes) this.#at += 4;
    else throw new RangeError(`no field of protobuf has the wire type ${this.#wireType}`);
  }

  /** Goes to the end of a message of which the rest is of no interest. */
  leave(end: number): void {
    this.#at = end;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('a message ends before it should');
    return byte;
  }
}
