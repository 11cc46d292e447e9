// `npm run stress:ends -- --workers 1000 --exits 1000`: worker threads that are terminated, and processes that exit, at
// random moments under load, on the event loop and on I/O threads. Each must end as it should, within 20 seconds.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'

const patience = 20_000
const side = 4
const file = path.join(__dirname, 'stress-ends', 'load.ts')
const starter = `require('tsx/cjs'); require(${JSON.stringify(file)})`

const { values } = parseArgs({
  options: { workers: { type: 'string', default: '100' }, exits: { type: 'string', default: '100' } },
})

const within = <T>(promise: Promise<T>): Promise<T | 'late'> =>
  Promise.race([promise, delay(patience, 'late' as const, { ref: false })])

/** Whether the worker ended; a crash ends this process too. */
async function terminate(index: number): Promise<boolean> {
  const workerData = { threads: index % 3, end: 'wait', after: 0 }
  const worker = new Worker(starter, { eval: true, workerData, stderr: true })
  let said = ''
  worker.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const failed = once(worker, 'error').then(([error]) => error as Error)
  if (index % 4 !== 0) await within(Promise.race([once(worker, 'message'), failed]))
  await delay(Math.random() * 60)
  const ended = await within(worker.terminate())
  if (ended !== 'late' && said === '') return true
  console.error(`worker ${index}: ${ended}: ${said}`)
  return false
}

async function exit(index: number): Promise<boolean> {
  const wanted = { threads: index % 3, end: index % 2 ? 'exit' : 'throw', after: Math.random() * 60 }
  const child = spawn(process.execPath, ['--import=tsx', file, JSON.stringify(wanted)], { stdio: 'pipe' })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const ended = await within(once(child, 'close') as Promise<[number | null, string | null]>)
  if (ended !== 'late' && ended[0] === 7 && said === '') return true
  child.kill('SIGKILL')
  console.error(`process ${index}: ${String(ended)}: ${said}`)
  return false
}

/** How many of `count` did not end as they should; a few at a time. */
async function failures(count: number, one: (index: number) => Promise<boolean>): Promise<number> {
  let next = 0
  let failed = 0
  const run = async (): Promise<void> => {
    while (next < count) if (!(await one(next++))) failed++
  }
  await Promise.all(Array.from({ length: side }, run))
  return failed
}

async function main(): Promise<void> {
  const [workers, exits] = [Number(values.workers), Number(values.exits)]
  const badWorkers = await failures(workers, terminate)
  console.log(`${workers} workers terminated, ${badWorkers} of them badly`)
  const badExits = await failures(exits, exit)
  console.log(`${exits} processes exited, ${badExits} of them badly`)
  process.exitCode = badWorkers + badExits === 0 ? 0 : 1
}

void main()
