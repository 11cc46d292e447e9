import test, { type ExecutionContext } from 'ava'
import { Context } from '../../ts/index.js'
import { connect, listen, type FarEnd, type FarOptions, type FarServer } from './far-end.js'

/** One transport in one thread mode: what every test that names no transport runs on. */
export interface Row {
  readonly name: string
  /** To bind: a free port of the loopback. */
  readonly endpoint: string
  /** Where sockets run; undefined: in the default context. */
  readonly context: Context | undefined
  /** I/O threads of that context. */
  readonly threads: number
  /** A foreign peer that speaks to a socket bound with `endpoint`. */
  connect(port: number, options?: FarOptions): Promise<FarEnd>
  /** A foreign server that a socket connects to. */
  listen(options?: FarOptions): Promise<FarServer>
}

interface Mode {
  readonly name: string
  readonly threads: number
  readonly context?: () => Context
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

/** A further transport or mode joins by a line here. Each file of tests makes its own threads, when it first needs them. */
const modes: readonly Mode[] = [
  { name: 'loop', threads: 0 },
  { name: '1 thread', threads: 1, context: once(() => new Context({ ioThreads: 1 })) },
  { name: '2 threads', threads: 2, context: once(() => new Context({ ioThreads: 2 })) },
]
const transports = [{ name: 'tcp', endpoint: 'tcp://127.0.0.1:0', connect, listen }]

export const rows: readonly Row[] = transports.flatMap(({ name, ...transport }) =>
  modes.map((mode) => ({
    ...transport,
    name: `${name}, ${mode.name}`,
    threads: mode.threads,
    get context() {
      return mode.context?.()
    },
  })),
)

export type RowTest = (t: ExecutionContext, row: Row) => Promise<void> | void

/** The test on every row. */
export function onEach(title: string, run: RowTest): void {
  for (const row of rows) test(`${row.name}: ${title}`, (t) => run(t, row))
}

/** The same, and alone in its process while it runs: for what counts memory or time. */
export function onEachSerially(title: string, run: RowTest): void {
  for (const row of rows) test.serial(`${row.name}: ${title}`, (t) => run(t, row))
}
