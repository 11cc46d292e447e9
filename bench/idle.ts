import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { program } from './paths.js'
import { PinnedProcess, type Server } from './process.js'

const acceptSeconds = 30
const settleMilliseconds = 1000

function residentKib(pid: number): number {
  const found = /^Rss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
  return Number(found?.[1])
}

const descriptors = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length

// The kernel completes connections that the server has not taken yet.
async function untilDescriptors(pid: number, fits: (count: number) => boolean): Promise<void> {
  const end = performance.now() + acceptSeconds * 1000
  while (!fits(descriptors(pid))) {
    if (performance.now() > end)
      throw new Error(`has ${descriptors(pid)} descriptors after ${acceptSeconds} s`)
    await delay(20)
  }
}

async function holdConnections<T>(
  server: Server,
  count: number,
  core: number,
  look: () => Promise<T>,
): Promise<T> {
  const args = ['--port', String(server.port), '--idle', String(count)]
  const client = new PinnedProcess([program('millrace_load'), ...args], core)
  try {
    await client.line(acceptSeconds)
    return await look()
  } finally {
    await client.stop()
  }
}

async function settledKib(pid: number): Promise<number> {
  await delay(settleMilliseconds)
  return residentKib(pid)
}

/**
 * KiB by which the server grows for each connection that is open and silent. One connection comes and goes before the
 * first look: code that is loaded on first use belongs to no connection.
 */
export async function idleMemory(server: Server, count: number, core: number): Promise<number> {
  const { pid } = server.process
  const alone = descriptors(pid)
  await holdConnections(server, 1, core, () => untilDescriptors(pid, (open) => open > alone))
  await untilDescriptors(pid, (open) => open <= alone)
  const before = await settledKib(pid)
  return holdConnections(server, count, core, async () => {
    await untilDescriptors(pid, (open) => open >= alone + count)
    return ((await settledKib(pid)) - before) / count
  })
}
