import { existsSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { buildPackage, must } from './build.js'
import type { Contender } from './contenders/index.js'
import { metrics, type Metric } from './metrics.js'
import type { Cell } from './matrix.js'
import { UsageError } from './options.js'
import { fromRoot } from './paths.js'
import { compare, rowsOf, takesPart, type Row } from './rows.js'
import { geometricMean, type Ratio } from './stats.js'

const worstAllowed = 0.97

/** A contender of this checkout and the same one of another commit. */
export interface Pair {
  readonly current: Contender
  readonly baseline: Contender
}

function resolve(ref: string): string {
  try {
    return must('git', ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])
  } catch {
    throw new UsageError(`--against: git knows no commit ${ref}`)
  }
}

// The npm packages are those of this checkout: the engine is what is compared, not its tools.
function checkOut(commit: string): string {
  const root = fromRoot('build', 'against', commit.slice(0, 12))
  if (!existsSync(root)) {
    must('git', ['worktree', 'prune'])
    must('git', ['worktree', 'add', '--detach', root, commit])
  }
  const modules = path.join(root, 'node_modules')
  if (!existsSync(modules)) symlinkSync(fromRoot('node_modules'), modules)
  return root
}

/** Builds the commit beside the checkout and gives what it contends with. */
export function pairsAgainst(ref: string, contenders: readonly Contender[]): Pair[] {
  const commit = resolve(ref)
  const root = checkOut(commit)
  buildPackage(root)
  return contenders.flatMap((current) => {
    const baseline = current.at?.(root, `${current.name}@${commit.slice(0, 7)}`)
    return baseline ? [{ current, baseline }] : []
  })
}

interface Verdict {
  readonly what: string
  /** Above 1: better than the other commit, whichever way the metric counts. */
  readonly ratio: Ratio
}

function inFavour({ value, interval }: Ratio, metric: Metric): Ratio {
  if (metrics[metric].better === 'more') return { value, ...(interval ? { interval } : {}) }
  return { value: 1 / value, ...(interval ? { interval: [1 / interval[1], 1 / interval[0]] } : {}) }
}

function judge(rows: readonly Row[], cells: readonly Cell[], { current, baseline }: Pair): Verdict[] {
  return cells
    .filter((cell) => takesPart(current, cell))
    .flatMap((cell) =>
      cell.load.compared.flatMap((metric) => {
        const ratio = compare(rowsOf(rows, cell, current.name), rowsOf(rows, cell, baseline.name), metric)
        const what = `${current.name}, ${cell.load.name} ${cell.size} B, ${metrics[metric].title}`
        return ratio ? [{ what, ratio: inFavour(ratio, metric) }] : []
      }),
    )
}

export const formatRatio = ({ value, interval }: Ratio): string =>
  interval ? `${value.toFixed(2)} [${interval[0].toFixed(2)} ${interval[1].toFixed(2)}]` : value.toFixed(2)

/** Prints the comparison; the number of cells that are worse beyond doubt. */
export function reportAgainst(
  rows: readonly Row[],
  cells: readonly Cell[],
  pairs: readonly Pair[],
  ref: string,
): number {
  const verdicts = pairs.flatMap((pair) => judge(rows, cells, pair))
  const worse = verdicts.filter(({ ratio }) => (ratio.interval?.[1] ?? 1) < worstAllowed)
  console.log(`\nThis checkout against ${ref} (above 1 is better)`)
  for (const { what, ratio } of verdicts) console.log(`  ${formatRatio(ratio).padEnd(18)}  ${what}`)
  if (verdicts.length > 0) {
    const mean = geometricMean(verdicts.map(({ ratio }) => ratio.value))
    console.log(`  geometric mean ${mean.toFixed(3)}`)
  }
  if (verdicts.some(({ ratio }) => !ratio.interval))
    console.log('  fewer than 3 rounds give no interval, and no verdict')
  for (const { what } of worse) console.log(`  WORSE: ${what}: the interval lies below ${worstAllowed}`)
  return worse.length
}
