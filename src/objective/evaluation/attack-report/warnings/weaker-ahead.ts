/** A weaker attack ahead of a stronger one: where that happens, the stronger one failed, not the defence held. */
import type { AttackCell, EvaluationData, NoiseCell } from '../../evaluation-data.js';
import { boundOf, distancesOf, normOf, type BudgetNorm, type Distances } from '../cell-distances.js';
import { attackOf } from '../assert-evaluation.js';
import { isBlackBox, isSingleStep, isWhiteBox, whiteBoxCells } from './attack-traits.js';
import { brokenAt, brokenOf, type Broken, type Lead, leadOf, leadText, severityOf } from './paired-lead.js';
import type { EvaluationWarning, WarningCode } from './warning.js';

/** One step against the strongest of the attacks with many, at the same bound. */
export function singleStepAhead(data: EvaluationData): EvaluationWarning[] {
  const single = data.cells.filter(({ attack }) => isWhiteBox(attack) && isSingleStep(attack));
  return single.flatMap((cell) => {
    const bound = boundOf(cell.attack);
    const rivals = whiteBoxCells(data.cells, cell.defence, normOf(cell.attack)).filter(
      ({ attack }) => !isSingleStep(attack) && boundOf(attack) === bound,
    );
    const first = brokenAt(distancesOf(cell), bound ?? Number.MAX_VALUE);
    const leads = rivals.map((rival) => ({
      rival,
      lead: leadOf(first, brokenAt(distancesOf(rival), bound ?? Number.MAX_VALUE)),
    }));
    const [strongest] = leads.sort((a, b) => b.lead.second - a.lead.second);
    if (strongest === undefined || strongest.lead.onlyFirst <= strongest.lead.onlySecond) return [];
    const { rival, lead } = strongest;
    return [
      {
        code: 'single-step-beats-iterative',
        severity: severityOf(lead),
        text: `one step breaks more images than many: ${leadText(lead, [`by ${cell.attack.label}`, `by ${rival.attack.label}`])}`,
        numbers: { ...lead },
        defence: cell.defence,
        attack: rival.attack.label,
      },
    ];
  });
}

/**
 * Random noise, Square and images from elsewhere, each against all white-box attacks of the defence together. Of each
 * kind and defence the clearest lead, with the number of others.
 */
export function blackBoxAhead(data: EvaluationData): EvaluationWarning[] {
  const rivals = [...noiseRivals(data), ...squareRivals(data), ...transferRivals(data)];
  const groups = new Map<string, Finding[]>();
  for (const rival of rivals) {
    const lead = leadOver(data.cells, rival);
    // nothing is wrong unless it broke an image that no white-box attack did with the same budget
    if (lead === undefined || lead.onlyFirst === 0) continue;
    const key = JSON.stringify([rival.code, rival.defence]);
    groups.set(key, [...(groups.get(key) ?? []), { rival, lead }]);
  }
  return [...groups.values()].map(warningOf);
}

interface Finding {
  readonly rival: Rival;
  readonly lead: Lead;
}

interface Rival {
  readonly code: WarningCode;
  readonly defence: string;
  /** What it is called in the text: `random noise`. */
  readonly name: string;
  readonly attack?: string;
  readonly norm: BudgetNorm;
  /** What the white-box attacks may use on an image to be as good. */
  readonly budget: (id: string) => number;
  readonly broken: Broken;
}

function noiseRivals({ noise }: EvaluationData): Rival[] {
  return noise.map(({ defence, ball, tries, perImage }: NoiseCell) => ({
    code: 'noise-beats-white-box',
    defence,
    name: `random noise of ${ball.norm === 'l2' ? 'L2' : 'L∞'} norm ${ball.bound} (${tries} tries)`,
    norm: ball.norm,
    budget: () => ball.bound,
    broken: brokenOf(perImage),
  }));
}

function squareRivals({ cells }: EvaluationData): Rival[] {
  const rivals = cells.filter(({ attack }) => !isWhiteBox(attack));
  return rivals.map((cell) => ({
    code: isBlackBox(cell.attack) ? 'black-box-beats-white-box' : 'transfer-beats-white-box',
    defence: cell.defence,
    name: cell.attack.label,
    attack: cell.attack.label,
    norm: normOf(cell.attack),
    ...budgetAndBroken(cell),
  }));
}

/** What a cell spent on each image, and which it broke. */
function budgetAndBroken(cell: AttackCell): Pick<Rival, 'budget' | 'broken'> {
  const bound = boundOf(cell.attack);
  const distances = distancesOf(cell);
  return {
    budget: (id) => bound ?? distances.get(id) ?? 0,
    broken: brokenAt(distances, Number.MAX_VALUE),
  };
}

function transferRivals(data: EvaluationData): Rival[] {
  const elsewhere = data.transfers.filter(
    ({ judge, from, defence }) => judge === 'defence' && from !== defence,
  );
  return elsewhere.flatMap((transfer) => {
    const made = attackOf(transfer, data);
    if (made === undefined) return [];
    const bound = boundOf(made.attack);
    const norms = new Map(made.perImage.map(({ id, norm }) => [id, norm]));
    // a clean image that stands in for a failure and is wrong now: that is a draw, and nobody's merit
    const moved = transfer.perImage.filter(({ id }) => made.defence !== transfer.from || norms.get(id) !== 0);
    return [
      {
        code: 'transfer-beats-white-box',
        defence: transfer.defence,
        name: `images made against ${transfer.from}`,
        attack: transfer.attack,
        norm: normOf(made.attack),
        budget: (id: string) => bound ?? norms.get(id) ?? 0,
        broken: brokenOf(moved),
      },
    ];
  });
}

/** Undefined where there is no white-box attack. */
function leadOver(cells: readonly AttackCell[], { defence, norm, budget, broken }: Rival): Lead | undefined {
  const white = whiteBoxCells(cells, defence, norm);
  return white.length === 0 ? undefined : leadOf(broken, brokenWithin(leastKnown(white), budget));
}

/** @param findings - at least one, all of one kind and defence. */
function warningOf(findings: readonly Finding[]): EvaluationWarning {
  const [{ rival, lead }] = [...findings].sort((a, b) => a.lead.chance - b.lead.chance);
  const { code, defence, name, attack } = rival;
  const others = findings.length - 1;
  const more = others === 0 ? '' : `; ${others} more of this kind`;
  return {
    code,
    severity: severityOf(lead),
    text: `${sentence(lead)}: ${leadText(lead, [`by ${name}`, 'by white-box attacks'])}${more}`,
    numbers: { ...lead, others },
    defence,
    ...(attack === undefined ? {} : { attack }),
  };
}

function sentence({ onlyFirst, onlySecond }: Lead): string {
  return onlyFirst > onlySecond
    ? 'weaker, and yet ahead of the white-box attacks'
    : 'weaker, and yet it breaks images that the white-box attacks left';
}

/** Of every image that any of the cells saw the least distance. */
function leastKnown(cells: readonly AttackCell[]): Distances {
  const least = new Map<string, number>();
  for (const [id, distance] of cells.flatMap((cell) => [...distancesOf(cell)])) {
    least.set(id, Math.min(distance, least.get(id) ?? Infinity));
  }
  return least;
}

function brokenWithin(distances: Distances, budget: (id: string) => number): Broken {
  const attacked = [...distances].filter(([, distance]) => distance > 0);
  return new Map(attacked.map(([id, distance]) => [id, Number.isFinite(distance) && distance <= budget(id)]));
}
