/** Numbers and text as SVG files hold them. */

export const FONT =
  'ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';

/** A coordinate with two decimals at most. */
export function fixed(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** Text that may stand in elements and attributes; characters that XML forbids are replaced. */
export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '\uFFFD');
}
