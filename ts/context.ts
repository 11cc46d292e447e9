import { MillraceError } from './errors.js'
import { native, type NativeContext } from './native.js'
import type { ContextOptions } from './option-types.js'
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

/** Where engines run: here, on the event loop of the thread that made it. Sockets without one share the thread's own. */
export class Context implements AsyncDisposable {
  readonly #native: NativeContext
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
    this.#native = new native.NativeContext(options.spinMicros ?? 0)
  }

  /** Closes its sockets and takes no new ones. */
  async close(): Promise<void> {
    this.#closed = true
    if (shared === this) shared = undefined
    await Promise.all([...this.#sockets].map(async (socket) => socket.deref()?.close()))
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
