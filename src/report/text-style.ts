/** What a terminal can show. */

export interface TextStyle {
  /** ANSI colours. */
  readonly color: boolean;
  /** Characters beyond ASCII in pictures. */
  readonly unicode: boolean;
}

/** No colours, no characters beyond ASCII in pictures. */
export const PLAIN: TextStyle = { color: false, unicode: false };

const CODES = { bold: '1', dim: '2', blue: '34', green: '32', yellow: '33', red: '31' } as const;

/** `text` in a colour, where the style has colours. */
export function painted(text: string, code: keyof typeof CODES, style: TextStyle): string {
  return style.color && text !== '' ? `\u001B[${CODES[code]}m${text}\u001B[0m` : text;
}
