import test, { type ExecutionContext } from 'ava'
import { Context, type Listener, type Transport } from '../../ts/index.js'
import { connect, listen, type FarEnd, type FarOptions, type FarServer, type Where } from './far-end.js'
import { freshPath } from './paths.js'

/** One transport in one thread mode: what every test that names no transport runs on. */
export interface Row {
  readonly name: string
  readonly transport: Transport
  /** To bind: a free port of the loopback, or a path that nobody has, another one each time it is read. */
  readonly endpoint: string
  /** What `FarEnd.reset` looks like from the other side: a unix socket knows no RST. */
  readonly resetCode: 'ECONNRESET' | 'PEER_CLOSED'
  /** What connecting fails with where nobody listens any more: the path of a unix socket goes with it. */
  readonly nobodyCode: 'ECONNREFUSED' | 'ENOENT'
  /** Where sockets run; undefined: in the default context. */
  readonly context: Context | undefined
  /** I/O threads of that context. */
  readonly threads: number
  /** A foreign peer that speaks to a socket bound with `endpoint`. */
  connect(where: Where, options?: FarOptions): Promise<FarEnd>
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

/** A further mode joins by a line here. Each file of tests makes its own threads, when it first needs them. */
const modes: readonly Mode[] = [
  { name: 'loop', threads: 0 },
  { name: '1 thread', threads: 1, context: once(() => new Context({ ioThreads: 1 })) },
  { name: '2 threads', threads: 2, context: once(() => new Context({ ioThreads: 2 })) },
]

interface TransportOfTests extends Pick<
  Row,
  'transport' | 'resetCode' | 'nobodyCode' | 'connect' | 'listen'
> {
  readonly freshEndpoint: () => string
}

/** A further transport joins by a line here. */
const transports: readonly TransportOfTests[] = [
  {
    transport: 'tcp',
    freshEndpoint: () => 'tcp://127.0.0.1:0',
    resetCode: 'ECONNRESET',
    nobodyCode: 'ECONNREFUSED',
    connect,
    listen,
  },
  {
    transport: 'ipc',
    freshEndpoint: () => `ipc://${freshPath()}`,
    resetCode: 'PEER_CLOSED',
    nobodyCode: 'ENOENT',
    connect,
    listen: (options) => listen(options, freshPath()),
  },
]

export const rows: readonly Row[] = transports.flatMap(({ freshEndpoint, ...transport }) =>
  modes.map((mode) => ({
    ...transport,
    name: `${transport.transport}, ${mode.name}`,
    threads: mode.threads,
    get endpoint() {
      return freshEndpoint()
    },
    get context() {
      return mode.context?.()
    },
  })),
)

/** What a foreign peer connects to. */
export function whereOf({ endpoint, port }: Pick<Listener, 'endpoint' | 'port'>): Where {
  return port ?? endpoint.slice('ipc://'.length)
}

export type RowTest = (t: ExecutionContext, row: Row) => Promise<void> | void

/** What monitor events say of where a far end with that port is; nothing where the transport has no addresses. */
export function remoteOf(port: number | undefined): { remoteAddress?: string; remotePort?: number } {
  return port === undefined ? {} : { remoteAddress: '127.0.0.1', remotePort: port }
}

/** The test on every row. */
export function onEach(title: string, run: RowTest): void {
  for (const row of rows) test(`${row.name}: ${title}`, (t) => run(t, row))
}

/** The same, and alone in its process while it runs: for what counts memory or time. */
export function onEachSerially(title: string, run: RowTest): void {
  for (const row of rows) test.serial(`${row.name}: ${title}`, (t) => run(t, row))
}

/** The test on the rows of tcp alone, for what only tcp has: addresses, ports, resets. */
export function onTcp(title: string, run: RowTest): void {
  for (const row of rows.filter(({ transport }) => transport === 'tcp'))
    test(`${row.name}: ${title}`, (t) => run(t, row))
}
