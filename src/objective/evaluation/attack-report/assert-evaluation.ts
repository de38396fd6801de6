/** What has to hold of an evaluation's data before anything is said of it. */
import { BoSearchError } from '../../../errors.js';
import type { AttackCell, EvaluationData, TransferCell } from '../evaluation-data.js';

/** @throws BoSearchError `E_ARGUMENT` naming the first part that contradicts another. */
export function assertEvaluation(data: EvaluationData): void {
  assertDistinct(data.images, 'images', 'image');
  assertDistinct(
    data.defences.map(({ label }) => label),
    'defences',
    'label',
  );
  assertDistinct(data.cells.map(placeOf), 'cells', 'attack');
  const images = new Set(data.images);
  const defences = new Set(data.defences.map(({ label }) => label));
  for (const cell of data.cells) assertCell(cell, images);
  for (const { defence } of [...data.cells, ...data.transfers, ...data.noise, ...data.convergence]) {
    if (!defences.has(defence))
      throw wrong('defences', 'every defence that was attacked', `none called "${defence}"`);
  }
  for (const transfer of data.transfers) {
    if (attackOf(transfer, data) !== undefined) continue;
    throw wrong('transfers', 'images of one of the cells', `${transfer.from}, ${transfer.attack}`);
  }
}

/**
 * The attack that made images judged elsewhere. With a fixed budget it need not have a cell of that defence: its bound
 * says all.
 */
export function attackOf(
  { from, attack }: TransferCell,
  { cells }: Pick<EvaluationData, 'cells'>,
): AttackCell | undefined {
  const same = cells.filter((cell) => cell.attack.label === attack);
  return (
    same.find(({ defence }) => defence === from) ?? same.find((cell) => cell.attack.kind === 'fixed-budget')
  );
}

function assertCell(cell: AttackCell, images: ReadonlySet<string>): void {
  const ids = cell.perImage.map(({ id }) => id);
  const place = placeOf(cell);
  if (ids.length === 0) throw wrong(place, 'at least one image', 'none');
  assertDistinct(ids, place, 'image');
  const stranger = ids.find((id) => !images.has(id));
  if (stranger !== undefined) throw wrong(place, "the evaluation's images", `"${stranger}"`);
  if ((cell.attack.kind === 'fixed-budget') !== (cell.attack.ball !== undefined)) {
    const { ball } = cell.attack;
    throw wrong(
      place,
      'a ball for a fixed budget alone',
      `${cell.attack.kind} ${ball ? 'with' : 'without'} one`,
    );
  }
}

function assertDistinct(names: readonly string[], place: string, what: string): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) throw wrong(place, `every ${what} once`, `"${name}" twice`);
    seen.add(name);
  }
}

function placeOf({ defence, attack }: AttackCell): string {
  return `${defence}, ${attack.label}`;
}

function wrong(place: string, expected: string, got: string): BoSearchError {
  return new BoSearchError('E_ARGUMENT', `evaluation: ${place}: expected ${expected}, got ${got}`);
}
