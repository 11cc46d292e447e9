import test, { type ExecutionContext } from 'ava'
import type { Context } from '../../ts/index.js'
import { connect, listen, type FarEnd, type FarOptions, type FarServer } from './far-end.js'

/** One transport in one thread mode: what every test that names no transport runs on. */
export interface Row {
  readonly name: string
  /** To bind: a free port of the loopback. */
  readonly endpoint: string
  /** Where sockets run; undefined: in the default context. */
  readonly context?: Context
  /** A foreign peer that speaks to a socket bound with `endpoint`. */
  connect(port: number, options?: FarOptions): Promise<FarEnd>
  /** A foreign server that a socket connects to. */
  listen(options?: FarOptions): Promise<FarServer>
}

/** A further transport or mode joins by a line here. */
export const rows: readonly Row[] = [{ name: 'tcp, loop', endpoint: 'tcp://127.0.0.1:0', connect, listen }]

export type RowTest = (t: ExecutionContext, row: Row) => Promise<void> | void

/** The test on every row. */
export function onEach(title: string, run: RowTest): void {
  for (const row of rows) test(`${row.name}: ${title}`, (t) => run(t, row))
}

/** The same, and alone in its process while it runs: for what counts memory or time. */
export function onEachSerially(title: string, run: RowTest): void {
  for (const row of rows) test.serial(`${row.name}: ${title}`, (t) => run(t, row))
}
