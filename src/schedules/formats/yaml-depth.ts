/** Tells YAML nested deeper than any file of ours before a parser that recurses sees it. */

/** Deepest nesting that is read; files of ours need five levels. */
const MAX_YAML_DEPTH = 64;

/** Block collections opened on one line: `- - - -`, `? ? ?`. */
const MARKS_IN_A_ROW = new RegExp(`(?:[-?:][ \\t]+){${MAX_YAML_DEPTH}}`);

/**
 * Whether a text opens more brackets, block marks or indents than MAX_YAML_DEPTH. Quotes and comments are not told apart:
 * brackets in them count, so a text of more than 64 unclosed brackets is taken for nested whatever they mean.
 */
export function nestsTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '[' || character === '{') depth++;
    else if ((character === ']' || character === '}') && depth > 0) depth--;
    if (depth > MAX_YAML_DEPTH) return true;
  }
  return MARKS_IN_A_ROW.test(text) || indentsTooDeep(text);
}

/** More distinct, growing indents above one another than levels allowed. */
function indentsTooDeep(text: string): boolean {
  const open: number[] = [];
  for (const match of text.matchAll(/^( *)[^ \r\n#]/gm)) {
    const indent = match[1].length;
    while (open.length > 0 && open[open.length - 1] >= indent) open.pop();
    open.push(indent);
    if (open.length > MAX_YAML_DEPTH) return true;
  }
  return false;
}
