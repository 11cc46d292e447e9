export interface Ratio {
  readonly value: number
  /** 95 % interval; absent with fewer than `minRounds` rounds. */
  readonly interval?: readonly [low: number, high: number]
}

const resamples = 2000
const minRounds = 3

export function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)]!
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at))
}

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)

export const median = (values: readonly number[]): number => quantile(ascending(values), 0.5)

/** The middle half of the values as a share of their median. */
export function spread(values: readonly number[]): number {
  const sorted = ascending(values)
  return (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / quantile(sorted, 0.5)
}

export const geometricMean = (values: readonly number[]): number =>
  Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)

// The same rows give the same table: xorshift32 with a fixed start.
function randomIndices(): (below: number) => number {
  let state = 0x2545f491
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/**
 * The ratio of the medians, and how far it would wander had the rounds fallen out differently (percentile bootstrap).
 * Rounds are drawn in pairs: what disturbed one member of a round is likely to have disturbed the other.
 */
export function ratioOfMedians(pairs: readonly (readonly [value: number, reference: number])[]): Ratio {
  const ratio = (drawn: typeof pairs): number =>
    median(drawn.map(([value]) => value)) / median(drawn.map(([, reference]) => reference))
  const value = ratio(pairs)
  if (pairs.length < minRounds) return { value }
  const random = randomIndices()
  const drawn = Array.from({ length: resamples }, () => ratio(pairs.map(() => pairs[random(pairs.length)]!)))
  const sorted = ascending(drawn)
  return { value, interval: [quantile(sorted, 0.025), quantile(sorted, 0.975)] }
}
