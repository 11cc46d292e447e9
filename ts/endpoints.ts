import type { LookupFunction } from 'node:net'
import { checkBindOptions, listenAt, placesToBind } from './bind.js'
import { parseEndpoint, parseRemote, pathIn, placesOf, resolveHost } from './endpoint.js'
import { fromNative, MillraceError, outOfRange, routingIdInUse, socketClosed } from './errors.js'
import { isReferenced, makeListener, type Listener } from './listener.js'
import type { NativeEvent, NativePlace, NativeSocket, ParsedEndpoint } from './native.js'
import { checkOptions, connectionOptions } from './options.js'
import { optionTable } from './option-table.js'
import type { Origin, Peer } from './peer.js'
import type { BindOptions, ConnectOptions } from './types.js'

interface Bound {
  readonly id: number
  readonly listener: Listener
  readonly given: string
}

interface Pending {
  readonly origin: Origin
  readonly data: unknown
  resolve(peer: Peer): void
  reject(error: Error): void
}

/** What Endpoints needs of the socket around it. */
export interface EndpointsHost {
  readonly native: NativeSocket
  readonly defaults: object
  isClosed(): boolean
  listening(listener: Listener): void
  unlistened(listener: Listener, closeConnections: boolean): Promise<void>
  livenessChanged(): void
  peerOf(id: number): Peer | undefined
}

/** The listeners of a socket and its attempts to connect. */
export class Endpoints {
  readonly #host: EndpointsHost
  readonly #bound = new Map<number, Bound>()
  readonly #origins = new Map<number, Origin>()
  readonly #pending = new Map<number, Pending>()
  /** Each ends one look-up with an error. */
  readonly #lookups = new Set<(error: Error) => void>()

  constructor(host: EndpointsHost) {
    this.#host = host
  }

  get names(): string[] {
    return [...this.#bound.values()].map((each) => each.listener.endpoint)
  }

  /** Whether something here keeps the socket from being forgotten, and the process alive. */
  get busy(): boolean {
    return this.#bound.size !== 0 || this.connecting
  }

  get connecting(): boolean {
    return this.#pending.size !== 0 || this.#lookups.size !== 0
  }

  get referenced(): boolean {
    return [...this.#bound.values()].some((each) => isReferenced(each.listener))
  }

  originOf(id: number): Origin | undefined {
    return this.#origins.get(id)
  }

  async bind(endpoint: string, options: BindOptions = {}): Promise<Listener> {
    checkOptions('bind', options)
    const parsed = parseEndpoint(endpoint)
    checkBindOptions(options, parsed)
    const places = await placesToBind(parsed, options, (host) => this.#resolve(host))
    if (this.#host.isClosed()) throw socketClosed()
    return this.#listen(endpoint, parsed, places, options)
  }

  async connect(endpoint: string, options: ConnectOptions = {}): Promise<Peer> {
    checkOptions('connect', options)
    const parsed = parseRemote(endpoint)
    const timeout = options.timeout ?? optionTable.timeout.default
    const started = Date.now()
    const places = await placesOf(parsed, (host) => this.#resolve(host, options.lookup, timeout))
    if (this.#host.isClosed()) throw socketClosed()
    const left = Math.max(1, timeout - (Date.now() - started))
    return this.#connect(endpoint, parsed, places, left, options)
  }

  /** The peer of a connection that was made, by its token. */
  connected(token: number, makePeer: (origin: Origin, data: unknown) => Peer): void {
    const pending = this.#pending.get(token)
    if (!pending) return
    this.#pending.delete(token)
    pending.resolve(makePeer(pending.origin, pending.data))
  }

  connectFailed(event: NativeEvent): void {
    const pending = this.#pending.get(event.token)
    if (!pending || !event.error) return
    this.#pending.delete(event.token)
    const address = event.address ?? pathIn(pending.origin.endpoint)
    pending.reject(fromNative(event.error, 'connect', address, event.port))
    this.#host.livenessChanged()
  }

  find(endpoint: string): Listener | undefined {
    return [...this.#bound.values()].find(
      (each) => each.listener.endpoint === endpoint || each.given === endpoint,
    )?.listener
  }

  async unlisten(listener: Listener, closeConnections: boolean): Promise<void> {
    const found = [...this.#bound.values()].find((each) => each.listener === listener)
    if (!found) return
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
    this.#lookups.forEach((stop) => stop(socketClosed()))
    this.#host.native.stopConnecting()
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    pending.forEach((each) => each.reject(socketClosed()))
    await Promise.all([...this.#bound.values()].map((each) => this.unlisten(each.listener, false)))
  }

  /** What a look-up finds, unless the socket is closed or the time is up before. */
  async #resolve(host: string, lookup?: LookupFunction, timeout?: number): Promise<string[]> {
    let stop!: (error: Error) => void
    const stopped = new Promise<never>((_resolve, reject) => (stop = reject))
    // Whether the process waits is for livenessChanged to say.
    const timer =
      timeout === undefined ? undefined : setTimeout(() => stop(lookupTimedOut(host)), timeout).unref()
    this.#lookups.add(stop)
    this.#host.livenessChanged()
    try {
      return await Promise.race([resolveHost(host, lookup), stopped])
    } finally {
      clearTimeout(timer)
      this.#lookups.delete(stop)
      this.#host.livenessChanged()
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
    this.#bound.set(bound.id, { id: bound.id, listener, given })
    this.#origins.set(bound.id, origin)
    this.#host.listening(listener)
    return listener
  }

  #connect(
    given: string,
    parsed: ParsedEndpoint,
    places: readonly NativePlace[],
    timeout: number,
    options: ConnectOptions,
  ): Promise<Peer> {
    // The engine has forgotten a connection that ended, but its messages may still wait for a consumer.
    if (this.#host.peerOf(options.routingId ?? 0)) throw routingIdInUse()
    const native = connectionOptions(parsed.transport, options, this.#host.defaults)
    const token = this.#host.native.connect(places, timeout, options.routingId ?? 0, native)
    if (typeof token !== 'number') throw fromNative(token.error, 'connect')
    const origin = { endpoint: given, transport: parsed.transport, ...policies(native) }
    return new Promise((resolve, reject) => {
      this.#pending.set(token, { origin, data: options.data, resolve, reject })
      this.#host.livenessChanged()
    })
  }
}

function policies(native: Readonly<Record<string, number>>): Pick<Origin, 'linger' | 'maxBufferedBytes'> {
  return { linger: native['linger'] ?? 0, maxBufferedBytes: native['maxBufferedBytes'] ?? 0 }
}

function lookupTimedOut(host: string): MillraceError {
  const sentence = `connect ETIMEDOUT: the look-up of ${host} took too long`
  return new MillraceError('ETIMEDOUT', sentence, { syscall: 'getaddrinfo' })
}

/** @throws RangeError */
export function checkRoutingId(id: unknown): number {
  const { min, max } = optionTable.routingId
  if (typeof id === 'number' && Number.isInteger(id) && id >= min && id <= max) return id
  throw outOfRange(`a routing id from ${min} to ${max}`, 'to', id)
}
