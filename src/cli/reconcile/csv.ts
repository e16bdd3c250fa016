/** One record of a file of comma-separated values, or why it is none. */
export type CsvRecord =
  | { readonly line: number; readonly fields: readonly string[] }
  | { readonly line: number; readonly problem: string };

const recordLengthMax = 64 * 1_024;
const fieldsMax = 200;

type Place = 'field start' | 'plain' | 'quoted' | 'quote in quoted' | 'bad';

/**
 * Reads RFC 4180 piece by piece: fields may be quoted, quotes in them are doubled, and quoted fields may hold commas and
 * line breaks. A record that breaks the rules is answered as such, and the next one is read from the next line.
 */
export class CsvReader {
  #place: Place = 'field start';
  #line = 1;
  #startLine = 1;
  #field = '';
  #fields: string[] = [];
  #length = 0;
  #problem = '';
  #isAfterReturn = false;
  #isFirst = true;

  *read(text: string): Iterable<CsvRecord> {
    for (const character of text) {
      if (this.#isFirst) {
        this.#isFirst = false;
        if (character === '\uFEFF') continue;
      }
      const isSecondHalf = this.#isAfterReturn && character === '\n';
      this.#isAfterReturn = character === '\r';
      const isBreak = character === '\n' || character === '\r';
      if (isBreak && !isSecondHalf) this.#line += 1;
      if (isBreak && this.#place !== 'quoted') {
        if (!isSecondHalf) yield* this.#endRecord();
      } else {
        this.#take(character);
      }
    }
  }

  *end(): Iterable<CsvRecord> {
    if (this.#place === 'quoted') this.#refuse('a quoted field has no end; close it with "');
    yield* this.#endRecord();
  }

  #take(character: string): void {
    this.#length += character.length;
    if (this.#length > recordLengthMax) this.#refuse(`is longer than ${recordLengthMax} characters`);
    switch (this.#place) {
      case 'field start':
        if (character === '"') this.#place = 'quoted';
        else if (character === ',') this.#endField();
        else this.#plain(character);
        return;
      case 'plain':
        if (character === ',') this.#endField();
        else if (character === '"')
          this.#refuse('a quote stands inside a field that is not quoted; quote the field');
        else this.#field += character;
        return;
      case 'quoted':
        if (character === '"') this.#place = 'quote in quoted';
        else this.#field += character;
        return;
      case 'quote in quoted':
        if (character === ',') this.#endField();
        else if (character === '"') this.#quote();
        else this.#refuse('something follows the end of a quoted field; double the quotes inside it');
        return;
      case 'bad':
    }
  }

  #plain(character: string): void {
    this.#place = 'plain';
    this.#field += character;
  }

  #quote(): void {
    this.#place = 'quoted';
    this.#field += '"';
  }

  /** Whether there was room for it. */
  #endField(): boolean {
    if (this.#fields.length >= fieldsMax) {
      this.#refuse(`has more than ${fieldsMax} fields`);
      return false;
    }
    this.#fields.push(this.#field);
    this.#field = '';
    this.#place = 'field start';
    return true;
  }

  #refuse(problem: string): void {
    if (this.#place !== 'bad') this.#problem = problem;
    this.#place = 'bad';
    this.#field = '';
  }

  *#endRecord(): Iterable<CsvRecord> {
    const isEmpty = this.#fields.length === 0 && this.#field === '' && this.#place === 'field start';
    const isGood = this.#place !== 'bad' && this.#endField();
    if (!isGood) yield { line: this.#startLine, problem: this.#problem };
    else if (!isEmpty) yield { line: this.#startLine, fields: this.#fields };
    this.#place = 'field start';
    this.#startLine = this.#line;
    this.#field = '';
    this.#fields = [];
    this.#length = 0;
  }
}
