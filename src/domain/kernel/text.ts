import { z } from 'zod';
import { holdsCardNumber } from './card-number.ts';

const controlCharacter = /\p{Cc}/u;
const controlCharacterExceptLineBreaks = /[^\P{Cc}\n\t]/u;

/**
 * Text a person wrote: 1 to `lengthMax` code points, which is what JSON Schema counts; well-formed Unicode, no control
 * characters (line breaks and tabs only where `multiline`), and nothing that looks like a card number.
 */
export function freeText(lengthMax: number, { multiline = false } = {}) {
  const refused = multiline ? controlCharacterExceptLineBreaks : controlCharacter;
  return z
    .string()
    .min(1)
    .max(lengthMax)
    .superRefine((text, context) => {
      const message = complaint(text, refused);
      if (message !== undefined) context.addIssue(message);
    });
}

/** A name another system gave: printable, 1 to `lengthMax` characters, compared exactly. */
export function printable(lengthMax: number) {
  return z
    .string()
    .min(1)
    .max(lengthMax)
    .refine((text) => text.isWellFormed() && !controlCharacter.test(text), 'must be printable text');
}

/** Marks an issue as well-formed but impossible: the HTTP layer answers 422 for it instead of 400. */
export const unprocessable = { unprocessable: true } as const;

function complaint(text: string, refused: RegExp) {
  if (!text.isWellFormed()) return { code: 'custom', message: 'must be well-formed Unicode' } as const;
  if (refused.test(text)) return { code: 'custom', message: 'must not contain control characters' } as const;
  if (text.length >= 14 && holdsCardNumber(text)) {
    return {
      code: 'custom',
      message: 'looks like a payment card number; send the provider’s token instead',
      params: unprocessable,
    } as const;
  }
  return undefined;
}
