import type { Target } from './attempt.js'
import { parseRemote, pathIn } from './endpoint.js'
import { fromNative, routingIdInUse, socketClosed, type MillraceError } from './errors.js'
import { Link, type LinkHost } from './link.js'
import type { Lookups } from './lookups.js'
import type { NativeEvent, NativeSocket, ParsedEndpoint } from './native.js'
import { checkOptions, connectionOptions } from './options.js'
import { optionTable } from './option-table.js'
import { policies } from './origin.js'
import type { Peer } from './peer.js'
import { throwIfAborted } from './signals.js'
import type { ConnectOptions, DisconnectReason } from './types.js'

/** What Links needs of the socket around it. */
export interface LinksHost {
  readonly native: NativeSocket
  readonly defaults: object
  livenessChanged(): void
  peerOf(id: number): Peer | undefined
  retrying(link: Link, error: MillraceError, delay: number): void
  disconnect(peer: Peer): void
  forget(peer: Peer, reason: DisconnectReason): void
}

/** What a socket connects to. */
export class Links implements LinkHost {
  readonly lookups: Lookups
  readonly #host: LinksHost
  /** Those that are being connected, or wait to be. */
  readonly #wanting = new Set<Link>()
  readonly #byToken = new Map<number, Link>()

  constructor(host: LinksHost, lookups: Lookups) {
    this.#host = host
    this.lookups = lookups
  }

  get busy(): boolean {
    return this.#wanting.size !== 0
  }

  get native(): NativeSocket {
    return this.#host.native
  }

  async connect(endpoint: string, options: ConnectOptions = {}): Promise<Peer> {
    checkOptions('connect', options)
    const parsed = parseRemote(endpoint)
    throwIfAborted(options.signal)
    const target = this.#target(parsed, options)
    const origin = { endpoint, transport: parsed.transport, ...policies(target.native) }
    return new Link(this, target, origin, options).start(options.signal)
  }

  /** Whose attempt this was; undefined if it was given up. */
  take(token: number): Link | undefined {
    const link = this.#byToken.get(token)
    this.#byToken.delete(token)
    return link
  }

  connectFailed(event: NativeEvent): void {
    const link = this.take(event.token)
    if (!link || !event.error) return
    const address = event.address ?? pathIn(link.origin.endpoint)
    link.failed(fromNative(event.error, 'connect', address, event.port))
  }

  /** Gives up all that have no connection: connecting fails with ERR_MILLRACE_CLOSED. */
  close(): void {
    this.#wanting.forEach((link) => link.end(socketClosed()))
  }

  underWay(token: number, link: Link): void {
    this.#byToken.set(token, link)
  }

  stopped(token: number): void {
    this.#byToken.delete(token)
  }

  wanting(link: Link): void {
    this.#wanting.add(link)
    this.#host.livenessChanged()
  }

  settled(link: Link): void {
    this.#wanting.delete(link)
    this.#host.livenessChanged()
  }

  retrying(link: Link, error: MillraceError, delay: number): void {
    this.#host.retrying(link, error, delay)
  }

  disconnect(peer: Peer): void {
    this.#host.disconnect(peer)
  }

  forget(peer: Peer, reason: DisconnectReason): void {
    this.#host.forget(peer, reason)
  }

  #target(parsed: ParsedEndpoint, options: ConnectOptions): Target {
    const native = connectionOptions(parsed.transport, options, this.#host.defaults)
    // The engine has forgotten a connection that ended, but its messages may still wait for a consumer.
    if (this.#host.peerOf(options.routingId ?? 0)) throw routingIdInUse()
    const routingId = this.native.keepId(options.routingId ?? 0)
    if (typeof routingId !== 'number') throw fromNative(routingId.error, 'connect')
    return {
      parsed,
      timeout: options.timeout ?? optionTable.timeout.default,
      lookup: options.lookup,
      native,
      routingId,
    }
  }
}
