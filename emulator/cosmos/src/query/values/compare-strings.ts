/** UTF-16 code units from the surrogates on: the only ones that JavaScript orders otherwise than code points. */
const HIGH_UNIT = /[\ud800-\uffff]/;

/**
 * Orders strings by Unicode code point, which is the order of their UTF-8 bytes and so that of the service's index.
 * JavaScript's own `<` orders by UTF-16 code unit and puts U+1F600 before U+FF5E.
 */
export function compareStrings(left: string, right: string): number {
  if (left === right) return 0;
  // Only two high units can stand in the wrong order, so one string without any settles it.
  if (!HIGH_UNIT.test(left) || !HIGH_UNIT.test(right)) return left < right ? -1 : 1;
  return compareCodePoints(left, right);
}

function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) return rank(a) - rank(b);
  }
  return left.length - right.length;
}

/** Moves surrogates, which stand for code points above U+FFFF, behind the other code units. */
function rank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit;
}
