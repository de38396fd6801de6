/** Text of others in our messages: on one line, with nothing a terminal would obey. */

/** The text with control characters and broken surrogates written as escapes. */
export function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return character === '\n' ? '\\n' : `\\u${code}`;
  });
}
