import { writeFileSync } from 'node:fs'
import os from 'node:os'
import { pairsAgainst, reportAgainst, type Pair } from './against.js'
import { buildPackage, buildPrograms, keepPackage } from './build.js'
import type { Contender } from './contenders/index.js'
import { machineFacts } from './machine.js'
import { readSettings, usage, UsageError, type Settings } from './options.js'
import { canPin } from './process.js'
import { Progress } from './progress.js'
import { report } from './report.js'
import { plan, runAll } from './rounds.js'
import { errorsIn } from './rows.js'
import { smoke } from './smoke.js'

function present(contenders: readonly Contender[]): Contender[] {
  return contenders.filter((contender) => {
    const missing = contender.missing()
    if (missing !== undefined) console.log(`${contender.name}: skipped: ${missing}`)
    return missing === undefined
  })
}

function announce(contenders: readonly Contender[], settings: Settings): void {
  const facts = Object.entries(machineFacts()).filter(([, value]) => value !== undefined)
  console.log(facts.map(([name, value]) => `${name}: ${String(value)}`).join('; '))
  const { runs, seconds, warmup } = settings
  console.log(
    `${runs} rounds, each measurement ${seconds} s after ${warmup} s of warm-up, in a process of its own`,
  )
  if (!canPin || os.availableParallelism() < 2) console.log('NOT PINNED: needs taskset and two cores')
  const width = Math.max(...contenders.map(({ name }) => name.length))
  for (const { name, about } of contenders) console.log(`  ${name.padEnd(width)}  ${about}`)
}

async function runSmoke({ contenders, cores }: Settings): Promise<boolean> {
  buildPrograms()
  return smoke(present(contenders), cores)
}

function built(contenders: readonly Contender[]): Contender[] {
  buildPrograms()
  if (contenders.every(({ needs }) => needs !== 'package')) return [...contenders]
  buildPackage()
  const kept = keepPackage()
  return contenders.map((contender) => contender.at?.(kept, contender.name) ?? contender)
}

async function runMatrix(settings: Settings): Promise<boolean> {
  const { against, cells, runs } = settings
  const own = built(settings.contenders)
  const pairs: Pair[] = against === undefined ? [] : pairsAgainst(against, own)
  const contenders = present([...own, ...pairs.map(({ baseline }) => baseline)])
  announce(contenders, settings)
  const rows = await runAll(plan(contenders, cells, runs), settings, new Progress())
  if (settings.json !== undefined) {
    writeFileSync(settings.json, JSON.stringify({ machine: machineFacts(), rows }, undefined, 1))
  }
  const same = pairs.find(({ current }) => current.name === settings.reference)
  report(rows, cells, contenders, same?.baseline.name ?? settings.reference)
  const worse = against === undefined ? 0 : reportAgainst(rows, cells, pairs, against)
  return worse === 0 && errorsIn(rows) === 0
}

async function main(): Promise<number> {
  const settings = readSettings(process.argv.slice(2))
  if (settings.help) {
    console.log(usage)
    return 0
  }
  if (process.platform !== 'linux') {
    console.log('skipped: the load client needs Linux (epoll)')
    return settings.smoke ? 0 : 1
  }
  return (await (settings.smoke ? runSmoke(settings) : runMatrix(settings))) ? 0 : 1
}

main().then(
  (status) => {
    process.exitCode = status
  },
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    if (error instanceof UsageError) console.error(`\n${usage}`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  },
)
