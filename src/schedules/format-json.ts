/** JSON text for people: two spaces a level, arrays of plain values on one line. */

/** The text of a JSON value, without a final newline. `JSON.parse` of it gives the value again. */
export function formatJson(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((entry) => typeof entry !== 'object' || entry === null)) {
      return `[${value.map((entry) => JSON.stringify(entry)).join(', ')}]`;
    }
    return block(
      '[',
      ']',
      value.map((entry) => formatJson(entry, deeper)),
      indent,
    );
  }
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const lines = fields.map(([key, field]) => `${JSON.stringify(key)}: ${formatJson(field, deeper)}`);
  return block('{', '}', lines, indent);
}

function block(open: string, close: string, lines: readonly string[], indent: string): string {
  if (lines.length === 0) return `${open}${close}`;
  return `${open}\n${lines.map((line) => `${indent}  ${line}`).join(',\n')}\n${indent}${close}`;
}
