import type { Contender } from './contenders/index.js'
import { smokeLoad } from './matrix.js'
import { errorsOf, measure, type Faults, type Measurement, type Timing } from './measure.js'
import { serverFile } from './paths.js'

const cell = { load: smokeLoad, size: smokeLoad.sizes[0]! }

async function attempt(contender: Contender, timing: Timing): Promise<Measurement | undefined> {
  try {
    return await measure(contender, cell, timing)
  } catch (error) {
    console.log(`${contender.name}: failed: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

async function answersRightly(contender: Contender, timing: Timing): Promise<boolean> {
  const result = await attempt(contender, timing)
  if (!result) return false
  console.log(`${contender.name}: ${result.checked} replies, ${errorsOf(result)} errors`)
  return result.checked > 0 && errorsOf(result) === 0
}

/** What servers/faulty.mjs can do wrong, and as what the client has to count it. */
const faultKinds: Readonly<Record<string, keyof Faults>> = {
  corrupt: 'wrong',
  foreign: 'wrong',
  length: 'wrong',
  drop: 'lost',
  duplicate: 'duplicated',
  swap: 'reordered',
  close: 'closed_connections',
}

const faulty = (fault: string): Contender => ({
  name: `faulty (${fault})`,
  about: '',
  loads: [],
  needs: undefined,
  missing: () => undefined,
  command: () => [process.execPath, serverFile('faulty.mjs'), fault],
})

async function isNoticed(fault: string, kind: keyof Faults, timing: Timing): Promise<boolean> {
  const count = (await attempt(faulty(fault), timing))?.faults[kind] ?? 0
  console.log(`an echo with a fault (${fault}): ${count > 0 ? `noticed, ${kind}: ${count}` : 'NOT NOTICED'}`)
  return count > 0
}

/** A short load on each contender; whether all replies were right, and whether wrong ones would have been noticed. */
export async function smoke(contenders: readonly Contender[], cores: Timing['cores']): Promise<boolean> {
  let right = true
  for (const contender of contenders) {
    right = (await answersRightly(contender, { seconds: 0.3, warmup: 0.05, cores })) && right
  }
  for (const [fault, kind] of Object.entries(faultKinds)) {
    right = (await isNoticed(fault, kind, { seconds: 0.15, warmup: 0.05, cores })) && right
  }
  return right
}
