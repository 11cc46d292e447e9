import type { Contender } from './contenders/index.js'
import type { Cell } from './matrix.js'
import { errorsOf, type Measurement } from './measure.js'
import type { Metric } from './metrics.js'
import { ratioOfMedians, type Ratio } from './stats.js'

/** One measurement of a run, or why there is none. */
export interface Row {
  readonly contender: string
  readonly load: string
  readonly size: number
  readonly round: number
  readonly result?: Measurement
  readonly failure?: string
}

/** The rows of one contender in one cell. */
export function rowsOf(rows: readonly Row[], { load, size }: Cell, contender: string): Row[] {
  return rows.filter((row) => row.load === load.name && row.size === size && row.contender === contender)
}

export function valuesOf(rows: readonly Row[], metric: Metric): number[] {
  return rows.flatMap((row) => row.result?.values[metric] ?? [])
}

/** By rounds that have both. */
export function compare(rows: readonly Row[], references: readonly Row[], metric: Metric): Ratio | undefined {
  const pairs = rows.flatMap((row) => {
    const value = row.result?.values[metric]
    const reference = references.find(({ round }) => round === row.round)?.result?.values[metric]
    return value === undefined || reference === undefined ? [] : [[value, reference] as const]
  })
  return pairs.length === 0 ? undefined : ratioOfMedians(pairs)
}

export const errorsIn = (rows: readonly Row[]): number =>
  rows.reduce(
    (sum, { result, failure }) => sum + (result ? errorsOf(result) : 0) + (failure === undefined ? 0 : 1),
    0,
  )

export const takesPart = (contender: Contender, { load }: Cell): boolean =>
  contender.loads.includes(load.name)
