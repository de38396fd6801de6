/** How a value reads in an error message: short, on one line, and never mistaken for another. */

const LONGEST = 60;

/** `"text"`, `NaN`, `an array of 3`, `an object`, `null`, …; long strings are cut. */
export function showValue(value: unknown): string {
  switch (typeof value) {
    case 'string': {
      const text = JSON.stringify(value);
      return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…"`;
    }
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? `an array of ${value.length}` : 'an object';
    case 'undefined':
      return 'nothing';
    case 'function':
      return 'a function';
    case 'boolean':
    case 'bigint':
    case 'symbol':
      return String(value);
    default:
      return typeof value;
  }
}
