import { symlinkSync, unlinkSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import type { ConnectOptions } from '../../ts/index.js'
import { unansweringPath } from './deaf-server.js'
import { quiet, until } from './events.js'
import type { FarServer } from './far-end.js'
import { freshPath } from './paths.js'
import type { Row } from './transports.js'

/** A way to a server that can be blocked: then an attempt to connect neither succeeds nor fails. */
export interface Route {
  readonly options: ConnectOptions
  to(far: FarServer): string
  block(): void
  /** Once an attempt is under way that began after `block`, with waits of 10 ms at most. */
  isTried(): Promise<void>
}

/** By a name whose look-up does not answer any more. */
function byName(): Route {
  let blocked = false
  let tried = 0
  return {
    options: {
      lookup: (_host, _options, callback) => {
        if (blocked) tried++
        else callback(null, '127.0.0.1', 4)
      },
    },
    to: ({ endpoint }) => endpoint.replace('127.0.0.1', 'mill.example'),
    block: () => void (blocked = true),
    isTried: () => until(() => tried === 1, 'the attempt'),
  }
}

/** By a link that leads to a full queue then: a path is not looked up. */
async function byLink(t: ExecutionContext): Promise<Route> {
  const path = freshPath()
  const deaf = await unansweringPath(t)
  return {
    options: {},
    to: ({ endpoint }) => {
      symlinkSync(endpoint.slice('ipc://'.length), path)
      return `ipc://${path}`
    },
    block: () => {
      unlinkSync(path)
      symlinkSync(deaf, path)
    },
    isTried: () => quiet(100),
  }
}

export async function blockable(t: ExecutionContext, row: Row): Promise<Route> {
  return row.transport === 'ipc' ? byLink(t) : byName()
}
