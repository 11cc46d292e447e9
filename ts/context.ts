import { MillraceError } from './errors.js'
import { native, type NativeContext } from './native.js'
import type { ContextOptions } from './option-types.js'
import { optionTable } from './option-table.js'
import { checkOptions } from './options.js'

/** They export libuv's names, and end the process when one is called. */
function refuseOtherRuntimes(): void {
  const other = ['bun', 'deno'].find((name) => name in process.versions)
  if (other === undefined) return
  throw new MillraceError(
    'ERR_MILLRACE_UNSUPPORTED_RUNTIME',
    `millrace runs on the event loop of Node.js; this is ${other}`,
  )
}

interface Closable {
  close(): Promise<void>
}

let shared: Context | undefined

/** @internal */
export let nativeOf: (context: Context) => NativeContext
/** @internal */
export let isClosed: (context: Context) => boolean
/** @internal */
export let register: (context: Context, socket: WeakRef<Closable>) => void
/** @internal */
export let unregister: (context: Context, socket: WeakRef<Closable>) => void

const running = new Set<WeakRef<Context>>()

/** The process ends: what was sent leaves, and no I/O thread goes on. @internal */
export function stopAll(): void {
  for (const context of running) context.deref()?.[stop]()
}

const stop = Symbol('stop')

/**
 * Where engines run: on the event loop of the thread that made it, or on I/O threads of its own. Sockets without one
 * share the thread's own, which is on the event loop.
 */
export class Context implements AsyncDisposable {
  readonly #native: NativeContext
  readonly #self = new WeakRef<Context>(this)
  /** 0: its sockets run on the event loop. */
  readonly ioThreads: number
  readonly #sockets = new Set<WeakRef<Closable>>()
  #closed = false

  static {
    nativeOf = (context) => context.#native
    isClosed = (context) => context.#closed
    register = (context, socket) => {
      for (const each of context.#sockets) if (!each.deref()) context.#sockets.delete(each)
      context.#sockets.add(socket)
    }
    unregister = (context, socket) => void context.#sockets.delete(socket)
  }

  /** @throws TypeError, RangeError: ERR_MILLRACE_INVALID_OPTION; MillraceError ERR_MILLRACE_UNSUPPORTED_RUNTIME */
  constructor(options: ContextOptions = {}) {
    checkOptions('context', options)
    refuseOtherRuntimes()
    this.ioThreads = options.ioThreads ?? optionTable.ioThreads.default
    this.#native = new native.NativeContext(this.ioThreads, options.spinMicros ?? 0)
    for (const each of running) if (!each.deref()) running.delete(each)
    running.add(this.#self)
  }

  /** Closes its sockets and takes no new ones. */
  async close(): Promise<void> {
    this.#closed = true
    if (shared === this) shared = undefined
    await Promise.all([...this.#sockets].map(async (socket) => socket.deref()?.close()))
    this[stop]()
    running.delete(this.#self)
  }

  /** @internal */
  [stop](): void {
    this.#native.stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** @internal */
export function defaultContext(): Context {
  shared ??= new Context()
  return shared
}
