import { Attempt, type AttemptHost, type Target } from './attempt.js'
import { Backlog } from './backlog.js'
import { Backoff } from './backoff.js'
import { asMillraceError, MillraceError, socketClosed } from './errors.js'
import type { Origin } from './origin.js'
import type { Peer } from './peer.js'
import { onAbort } from './signals.js'
import type { ConnectOptions, DisconnectReason } from './types.js'

/** What a Link asks of the socket around it. */
export interface LinkHost extends AttemptHost {
  underWay(token: number, link: Link): void
  /** It has no connection now, but wants one. */
  wanting(link: Link): void
  /** It has one, or wants none any more. */
  settled(link: Link): void
  retrying(link: Link, error: MillraceError, delay: number): void
  /** As peer.close(). */
  disconnect(peer: Peer): void
  /** A peer that was away is gone for good. */
  forget(peer: Peer, reason: DisconnectReason): void
}

function reasonOf({ code, message }: MillraceError): DisconnectReason {
  return { code, message, truncated: false, willReconnect: false }
}

const closedHere = new MillraceError('LOCAL_CLOSED', 'this side closed the connection')

/**
 * What one call of `connect` makes: a connection, and with `reconnect` those that follow it, all of one Peer.
 *
 *   connecting -> connected -> lost -> away (`disconnect` is told) -> connected ...
 *
 * `end` may be called at any time: there will be no further connection. The Peer, if there is one, goes when its
 * connection has ended, at once while it is away.
 */
export class Link {
  readonly origin: Origin
  readonly data: unknown
  readonly #host: LinkHost
  readonly #target: Target
  readonly #backoff: Backoff | undefined
  readonly #backlog: Backlog | undefined
  #stopListening: (() => void) | undefined
  #settle: { resolve(peer: Peer): void; reject(error: Error): void } | undefined
  #peer: Peer | undefined
  #attempt: Attempt | undefined
  #timer: NodeJS.Timeout | undefined
  #connectedAt = 0
  #queueing = false
  #away = false
  #over = false

  constructor(host: LinkHost, target: Target, origin: Origin, options: ConnectOptions) {
    const { reconnect = false, signal } = options
    const how = reconnect === true ? {} : reconnect
    this.#host = host
    this.#target = target
    this.data = options.data
    if (how) this.#backoff = new Backoff(how)
    if (how && how.queueWhileDisconnected) this.#backlog = new Backlog(target.native)
    // Others have nothing to ask of it once they are connected.
    this.origin = how || signal ? { ...origin, link: this } : origin
  }

  get routingId(): number {
    return this.#target.routingId
  }

  get peer(): Peer | undefined {
    return this.#peer
  }

  /** Whether it will be connected again when the connection is lost. */
  get returns(): boolean {
    return this.#backoff !== undefined && !this.#over
  }

  /** Where messages wait, while they have to. */
  get queue(): Backlog | undefined {
    return this.#queueing && !this.#over ? this.#backlog : undefined
  }

  /** Resolves with the first connection; rejects when there will be none. */
  start(signal: AbortSignal | undefined): Promise<Peer> {
    this.#stopListening = onAbort(signal, (error) => this.#abort(error))
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#host.wanting(this)
      this.#try()
    })
  }

  underWay(token: number): void {
    this.#host.underWay(token, this)
  }

  failed(error: unknown): void {
    this.#attempt = undefined
    if (!this.#backoff) return this.end(error as Error)
    const failure = asMillraceError(error)
    if (this.#backoff.failed()) this.#wait(failure)
    else this.end(failure, reasonOf(failure))
  }

  connected(peer: Peer): void {
    this.#attempt = undefined
    this.#away = false
    this.#connectedAt = performance.now()
    this.#backoff?.succeeded()
    this.#host.settled(this)
    if (this.#peer) return
    this.#peer = peer
    // It is free as soon as this connection has ended.
    if (!this.#backoff) this.#host.native.releaseId(this.routingId)
    this.#settle?.resolve(peer)
  }

  /** The connection has ended, and it will return. Where what is sent from now on has to wait, if it may. */
  lost(): Backlog | undefined {
    this.#backoff?.lived(performance.now() - this.#connectedAt)
    this.#queueing = this.#backlog !== undefined
    return this.#backlog
  }

  /** The end of the connection is about to be told. */
  leave(): void {
    this.#away = true
    this.#host.wanting(this)
  }

  /** It was told. */
  comeBack(reason: DisconnectReason): void {
    if (this.returns) this.#wait(new MillraceError(reason.code, reason.message))
  }

  /** Nothing waits any more: what is sent may go straight to the engine. */
  emptied(): void {
    this.#queueing = false
  }

  end(error: Error = socketClosed(), reason = reasonOf(closedHere)): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#timer)
    this.#attempt?.stop(error)
    if (!this.#peer) this.#giveUp(error)
    else if (this.#away) this.#host.forget(this.#peer, reason)
    this.#host.settled(this)
  }

  /** The Peer is gone for good. */
  forgotten(): void {
    this.#over = true
    this.#stopListening?.()
    if (!this.#backoff) return
    const { native } = this.#host
    native.countDropped(this.routingId, this.#backlog?.drop() ?? 0)
    native.releaseId(this.routingId)
  }

  #try(): void {
    this.#attempt = new Attempt(this.#host, this.#target, this)
  }

  #wait(error: MillraceError): void {
    const delay = this.#backoff?.next() ?? 0
    // Whether the process waits is for livenessChanged to say.
    this.#timer = setTimeout(() => this.#try(), delay).unref()
    this.#host.retrying(this, error, delay)
  }

  #giveUp(error: Error): void {
    this.#stopListening?.()
    this.#host.native.releaseId(this.routingId)
    this.#settle?.reject(error)
  }

  #abort(error: MillraceError): void {
    if (this.#peer) this.#host.disconnect(this.#peer)
    else this.end(error)
  }
}
