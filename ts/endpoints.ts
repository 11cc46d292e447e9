import { checkBindOptions, listenAt, placesToBind } from './bind.js'
import { parseEndpoint } from './endpoint.js'
import { socketClosed } from './errors.js'
import { Links, type LinksHost } from './links.js'
import { isReferenced, makeListener, type Listener } from './listener.js'
import { Lookups } from './lookups.js'
import type { NativePlace, ParsedEndpoint } from './native.js'
import { checkOptions, connectionOptions } from './options.js'
import { policies, type Origin } from './origin.js'
import { onAbort, throwIfAborted } from './signals.js'
import type { BindOptions } from './types.js'

interface Bound {
  readonly id: number
  readonly listener: Listener
  readonly given: string
  readonly forgetSignal: () => void
}

/** What Endpoints needs of the socket around it. */
export interface EndpointsHost extends LinksHost {
  isClosed(): boolean
  listening(listener: Listener): void
  unlistened(listener: Listener, closeConnections: boolean): Promise<void>
}

/** The listeners of a socket, and what it connects to. */
export class Endpoints {
  readonly links: Links
  readonly #host: EndpointsHost
  readonly #lookups: Lookups
  readonly #bound = new Map<number, Bound>()
  readonly #origins = new Map<number, Origin>()

  constructor(host: EndpointsHost) {
    this.#host = host
    this.#lookups = new Lookups(() => host.livenessChanged())
    this.links = new Links(host, this.#lookups)
  }

  get names(): string[] {
    return [...this.#bound.values()].map((each) => each.listener.endpoint)
  }

  /** Whether something here keeps the socket from being forgotten, and the process alive. */
  get busy(): boolean {
    return this.#bound.size !== 0 || this.connecting
  }

  get connecting(): boolean {
    return this.links.busy || this.#lookups.busy
  }

  get referenced(): boolean {
    return [...this.#bound.values()].some((each) => isReferenced(each.listener))
  }

  originOf(id: number): Origin | undefined {
    return this.#origins.get(id)
  }

  async bind(endpoint: string, options: BindOptions = {}): Promise<Listener> {
    checkOptions('bind', options)
    throwIfAborted(options.signal)
    const parsed = parseEndpoint(endpoint)
    checkBindOptions(options, parsed)
    const places = await placesToBind(parsed, options, (host) => this.#lookUp(host, options.signal))
    if (this.#host.isClosed()) throw socketClosed()
    return this.#listen(endpoint, parsed, places, options)
  }

  find(endpoint: string): Listener | undefined {
    return [...this.#bound.values()].find(
      (each) => each.listener.endpoint === endpoint || each.given === endpoint,
    )?.listener
  }

  async unlisten(listener: Listener, closeConnections: boolean): Promise<void> {
    const found = [...this.#bound.values()].find((each) => each.listener === listener)
    if (!found) return
    found.forgetSignal()
    this.#host.native.unlisten(found.id)
    this.#bound.delete(found.id)
    // What it has accepted is told by the end of this turn.
    setImmediate(() => this.#origins.delete(found.id))
    await this.#host.unlistened(listener, closeConnections)
  }

  /** As the process exits: the files of unix sockets go with their listeners. */
  unlistenAll(): void {
    for (const id of this.#bound.keys()) this.#host.native.unlisten(id)
  }

  /** Ends everything here; connecting fails with ERR_MILLRACE_CLOSED. */
  async close(): Promise<void> {
    this.#lookups.stopAll(socketClosed())
    this.links.close()
    await Promise.all([...this.#bound.values()].map((each) => this.unlisten(each.listener, false)))
  }

  async #lookUp(host: string, signal: AbortSignal | undefined): Promise<string[]> {
    let forgetSignal: (() => void) | undefined
    const stoppedBy = (stop: (error: Error) => void): void => {
      forgetSignal = onAbort(signal, (error) => stop(error))
    }
    try {
      return await this.#lookups.resolve(host, { stoppedBy })
    } finally {
      forgetSignal?.()
    }
  }

  #listen(
    given: string,
    parsed: ParsedEndpoint,
    places: readonly NativePlace[],
    options: BindOptions,
  ): Listener {
    const native = connectionOptions(parsed.transport, options, this.#host.defaults)
    const bound = listenAt(this.#host.native, parsed, places, options, native)
    const origin = { endpoint: bound.endpoint, transport: parsed.transport, ...policies(native) }
    const owner = { unlisten: this.unlisten.bind(this), keepAliveChanged: () => this.#host.livenessChanged() }
    const listener = makeListener(owner, origin, bound.address, bound.port)
    const forgetSignal = onAbort(options.signal, () => void listener.unbind())
    this.#bound.set(bound.id, { id: bound.id, listener, given, forgetSignal })
    this.#origins.set(bound.id, origin)
    this.#host.listening(listener)
    return listener
  }
}
