/** Issuer prefixes and lengths of payment cards in use (ISO/IEC 7812), so that a bar code is not taken for a card. */
const issuers =
  /^(?:4\d{15}(?:\d{3})?|5[1-5]\d{14}|2(?:(?:2[2-9]|[3-6]\d|7[01])\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35\d{14}|6(?:011|5\d{2}|4[4-9]\d)\d{12}|62\d{14,17})$/;

const lengthMin = 14;
const lengthMax = 19;
const groupsOfDigits = /\d+(?:[ -]\d+)*/g;

/**
 * Whether `text` holds something that looks like a primary account number: 14–19 digits, single spaces or dashes
 * allowed between them, an issuer's prefix and a correct Luhn digit. Card numbers never enter this ledger (PCI DSS 3.4).
 */
export function holdsCardNumber(text: string): boolean {
  for (const [found] of text.matchAll(groupsOfDigits)) {
    if (found.length >= lengthMin && isAmong(found.split(/[ -]/))) return true;
  }
  return false;
}

/**
 * Whether some neighbouring groups are a card number together: others may stand before and after it, such as a house
 * number or the expiry date. A part of one long group is none, or every tenth bar code would hold a card.
 */
function isAmong(groups: readonly string[]): boolean {
  return groups.some((_, first) => {
    let digits = '';
    for (const group of groups.slice(first, first + lengthMax)) {
      digits += group;
      if (digits.length > lengthMax) return false;
      if (issuers.test(digits) && passesLuhn(digits)) return true;
    }
    return false;
  });
}

/** ISO/IEC 7812-1 annex B: every second digit from the right doubled, digits summed, divisible by ten. */
function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
