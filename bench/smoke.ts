import type { Contender } from './contenders/index.js'
import { smokeLoad } from './matrix.js'
import { measure, type Timing } from './measure.js'

const cell = { load: smokeLoad, size: smokeLoad.sizes[0]! }

async function answersRightly(contender: Contender, timing: Timing): Promise<boolean> {
  try {
    const { checked, errors } = await measure(contender, cell, timing)
    console.log(`${contender.name}: ${checked} replies, ${errors} errors`)
    return errors === 0
  } catch (error) {
    console.log(`${contender.name}: failed: ${error instanceof Error ? error.message : String(error)}`)
    return false
  }
}

/** A short load on each; whether all replies were right. */
export async function smoke(contenders: readonly Contender[], cores: Timing['cores']): Promise<boolean> {
  let right = true
  for (const contender of contenders) {
    right = (await answersRightly(contender, { seconds: 0.3, warmup: 0.05, cores })) && right
  }
  return right
}
