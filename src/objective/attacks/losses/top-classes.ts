/** The classes of largest logits of one row. */

/**
 * Classes in falling order of their logits, the first of equal ones first.
 * @param count - how many, at most those there are.
 * @param except - a class to leave out.
 * @returns `count` classes, fewer where fewer are left; logits that are NaN come in no order.
 */
export function topClasses(
  { logits, classes, row }: { readonly logits: Float32Array; readonly classes: number; readonly row: number },
  count: number,
  except?: number,
): number[] {
  const from = row * classes;
  const top: number[] = [];
  for (let k = 0; k < classes; k += 1) {
    if (k === except) continue;
    let at = top.length;
    while (at > 0 && logits[from + k] > logits[from + top[at - 1]]) at -= 1;
    if (at >= count) continue;
    top.splice(at, 0, k);
    if (top.length > count) top.pop();
  }
  return top;
}
