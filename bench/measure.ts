import type { Contender } from './contenders/index.js'
import { idleMemory } from './idle.js'
import type { Cell } from './matrix.js'
import type { Values } from './metrics.js'
import type { Settings } from './options.js'
import { program } from './paths.js'
import { PinnedProcess, startServer, type Server } from './process.js'

export type Faults = Pick<ClientReport, 'wrong' | 'lost' | 'duplicated' | 'reordered' | 'closed_connections'>

export interface Measurement {
  readonly values: Partial<Values>
  /** Replies that were compared with what was sent, warm-up included. */
  readonly checked: number
  readonly faults: Faults
  /** CPU of the client as a share of the time; absent where it spins. */
  readonly clientShare?: number
  /** Cores that other processes took meanwhile. */
  readonly others: number
}

/** The line that millrace_load prints. */
interface ClientReport {
  readonly messages: number
  readonly seconds: number
  readonly rate: number
  readonly p50: number
  readonly p99: number
  readonly p99_9: number
  readonly p99_99: number
  readonly max: number
  readonly wrong: number
  readonly lost: number
  readonly duplicated: number
  readonly reordered: number
  readonly closed_connections: number
  readonly checked: number
  readonly client_cpu_seconds: number
  readonly server_cpu_seconds: number
  readonly machine_cpu_seconds: number
}

const noFaults: Faults = { wrong: 0, lost: 0, duplicated: 0, reordered: 0, closed_connections: 0 }

export const errorsOf = ({ faults }: Measurement): number =>
  Object.values(faults).reduce((sum: number, count: number) => sum + count, 0)

export type Timing = Pick<Settings, 'seconds' | 'warmup' | 'cores'>

function clientCommand({ load, size }: Cell, timing: Timing, server: Server): string[] {
  const numbers = {
    port: server.port,
    connections: load.connections,
    window: load.window(size),
    size,
    seconds: timing.seconds,
    warmup: timing.warmup,
    rate: load.rate ?? 0,
    'server-pid': server.process.pid,
  }
  const given = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)])
  return [program('millrace_load'), ...given, ...(load.spin ? ['--spin'] : [])]
}

function valuesIn({ messages, rate, p50, p99, p99_9, p99_99, max, server_cpu_seconds }: ClientReport) {
  if (messages === 0) return { rate: 0 }
  return { rate, p50, p99, p99_9, p99_99, max, cpu: (server_cpu_seconds / messages) * 1e6 }
}

function digest(report: ClientReport, cell: Cell): Measurement {
  const { seconds, wrong, lost, duplicated, reordered, closed_connections } = report
  const ours = report.client_cpu_seconds + report.server_cpu_seconds
  return {
    values: valuesIn(report),
    checked: report.checked,
    faults: { wrong, lost, duplicated, reordered, closed_connections },
    ...(cell.load.spin ? {} : { clientShare: report.client_cpu_seconds / seconds }),
    others: (report.machine_cpu_seconds - ours) / seconds,
  }
}

async function echo(cell: Cell, timing: Timing, server: Server): Promise<Measurement> {
  const client = new PinnedProcess(clientCommand(cell, timing, server), timing.cores[0])
  try {
    const line = await client.line(timing.warmup + timing.seconds + 20)
    return digest(JSON.parse(line) as ClientReport, cell)
  } finally {
    await client.stop()
  }
}

/** One measurement of a server that was started for it alone. Rejects when the server or the client fails. */
export async function measure(contender: Contender, cell: Cell, timing: Timing): Promise<Measurement> {
  const server = await startServer(contender.command(), timing.cores[1])
  try {
    if (cell.load.name !== 'idle') return await echo(cell, timing, server)
    const memory = await idleMemory(server, cell.load.connections, timing.cores[0])
    return { values: { memory }, checked: 0, faults: noFaults, others: 0 }
  } finally {
    await server.process.stop()
  }
}
