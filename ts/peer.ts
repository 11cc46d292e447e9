import type { Backlog } from './backlog.js'
import { LaterSends } from './later-sends.js'
import type { Mailbox } from './mailbox.js'
import { checkCloseOptions } from './options.js'
import type { Origin } from './origin.js'
import type { PeerHost } from './peer-host.js'
import type {
  DisconnectReason,
  MessageRecord,
  Payload,
  PeerStats,
  SendOptions,
  SendResult,
  Transport,
} from './types.js'

const key = Symbol('made by a StreamSocket')

/** @internal */
export let makePeer: (host: PeerHost, origin: Origin, id: number, address?: string, port?: number) => Peer
/** @internal */
export let markFull: (peer: Peer) => void
/** @internal */
export let isFull: (peer: Peer) => boolean
/** Its connection has ended and will be made again; what is sent meanwhile waits, if there is a queue for it. @internal */
export let markAway: (peer: Peer, queue: Backlog | undefined) => void
/** @internal */
export let markReturned: (peer: Peer, address?: string, port?: number) => void
/** How many connections it has lost so far: tells what belongs to which. @internal */
export let lossesOf: (peer: Peer) => number
/** @internal */
export let markClosing: (peer: Peer) => void
/** @internal */
export let markCut: (peer: Peer) => void
/** @internal */
export let isCut: (peer: Peer) => boolean
/** @internal */
export let markDrained: (peer: Peer) => void
/** @internal */
export let markGone: (peer: Peer, reason: DisconnectReason) => void
/** Whether its routing id may belong to another by now. @internal */
export let isGone: (peer: Peer) => boolean
/** Undefined until it is first claimed. @internal */
export let mailboxOf: (peer: Peer) => Mailbox | undefined
/** @internal */
export let setMailbox: (peer: Peer, box: Mailbox) => void
/** @internal */
export let originOf: (peer: Peer) => Origin
/** @internal */
export let hostOf: (peer: Peer) => PeerHost

/**
 * One connection, or with `reconnect` one after the other. Safe to touch when it is gone: `connected` is false and `send`
 * returns null.
 */
export class Peer<D = unknown> implements AsyncIterable<Buffer> {
  readonly #host: PeerHost
  readonly #origin: Origin
  readonly routingId: number
  /** For the application. */
  data: D | undefined
  #remoteAddress: string | undefined
  #remotePort: number | undefined
  #connected = true
  #waiting = false
  #losses = 0
  #cut = false
  #full = false
  #waiters: (() => void)[] | undefined
  #reason: DisconnectReason | undefined
  #closed: ((reason: DisconnectReason) => void)[] | undefined
  #later: LaterSends | undefined
  #mailbox: Mailbox | undefined

  static {
    makePeer = (host, origin, id, address, port) => new Peer(key, host, origin, id, address, port)
    markFull = (peer) => (peer.#full = true)
    isFull = (peer) => peer.#full
    markAway = (peer, queue) => peer.#leave(queue)
    markReturned = (peer, address, port) => peer.#return(address, port)
    lossesOf = (peer) => peer.#losses
    markClosing = (peer) => (peer.#connected = peer.#waiting = false)
    markCut = (peer) => (peer.#cut = true)
    isCut = (peer) => peer.#cut
    markDrained = (peer) => peer.#drain()
    markGone = (peer, reason) => peer.#end(reason)
    isGone = (peer) => peer.#reason !== undefined
    mailboxOf = (peer) => peer.#mailbox
    setMailbox = (peer, box) => (peer.#mailbox = box)
    originOf = (peer) => peer.#origin
    hostOf = (peer) => peer.#host
  }

  /** @internal */
  constructor(made: symbol, host: PeerHost, origin: Origin, id: number, address?: string, port?: number) {
    if (made !== key) throw new TypeError('Illegal constructor')
    this.#host = host
    this.#origin = origin
    this.routingId = id
    this.#remoteAddress = address
    this.#remotePort = port
  }

  get transport(): Transport {
    return this.#origin.transport
  }

  /** The endpoint that it was accepted at or connected to. */
  get endpoint(): string {
    return this.#origin.endpoint
  }

  /** undefined on ipc, as the other addresses and ports of a peer are. */
  get remoteAddress(): string | undefined {
    return this.#remoteAddress
  }

  get remotePort(): number | undefined {
    return this.#remotePort
  }

  get connected(): boolean {
    return this.#connected
  }

  /** Unsent data, each message charged its bytes + 128. */
  get bufferedBytes(): number {
    return this.#host.queued(this)
  }

  get localAddress(): string | undefined {
    return this.#host.localAddress(this)?.address
  }

  get localPort(): number | undefined {
    return this.#host.localAddress(this)?.port
  }

  /** Settles once, when the peer is gone for good; never rejects. */
  get closed(): Promise<DisconnectReason> {
    if (this.#reason) return Promise.resolve(this.#reason)
    return new Promise((resolve) => (this.#closed ??= []).push(resolve))
  }

  /**
   * Sends one message. `data` is read during the call; it leaves at the end of the turn.
   * @throws RangeError if it is longer than maxMessageSize; MillraceError EAGAIN with `onBufferFull: 'error'`
   */
  send(data: Payload, options?: SendOptions): SendResult {
    return this.#host.sendTo(this, data, options)
  }

  /** Resolves true when the message is taken and there is room for more, false when the peer is gone. Waits rather than trip `onBufferFull`. */
  async sendAsync(data: Payload, options?: SendOptions): Promise<boolean> {
    const now = !this.#later?.pending && !this.#host.wouldTrip(this)
    const sent = now
      ? this.send(data, options)
      : await (this.#later ??= new LaterSends()).add(this, this.#host, data, options)
    const { losses, waits } = { losses: this.#losses, waits: this.#waiting }
    if (sent === false) await this.drained()
    return sent !== null && (this.#connected || this.#waiting) && (waits || this.#losses === losses)
  }

  /** Sends at once what waits for the end of the turn. */
  flush(): void {
    this.#host.flushPeer(this)
  }

  /** Resolves when `send` would return true again, or the peer is gone. */
  drained(): Promise<void> {
    if (!this.#full || !(this.#connected || this.#waiting)) return Promise.resolve()
    return new Promise((resolve) => (this.#waiters ??= []).push(resolve))
  }

  /**
   * The next message, undefined when there will be none. Claims the peer until it resolves.
   * Rejects with ERR_MILLRACE_CLAIMED while somebody else consumes it.
   */
  async receive(): Promise<MessageRecord<D> | undefined> {
    return (await this.#host.mailbox(this).receive()) as MessageRecord<D> | undefined
  }

  /** Its messages, one after the other. @throws MillraceError ERR_MILLRACE_CLAIMED */
  records(): AsyncIterableIterator<MessageRecord<D>> {
    return this.#host.mailbox(this).iterate((record) => record as MessageRecord<D>)
  }

  /** The data of its messages. @throws MillraceError ERR_MILLRACE_CLAIMED */
  [Symbol.asyncIterator](): AsyncIterableIterator<Buffer> {
    return this.#host.mailbox(this).iterate((record) => record.data)
  }

  /** Stops reading from it until `resume`. Messages that have arrived are still delivered. */
  pause(): this {
    this.#host.pausePeer(this, true)
    return this
  }

  resume(): this {
    this.#host.pausePeer(this, false)
    return this
  }

  stats(): PeerStats {
    return this.#host.peerStats(this)
  }

  /**
   * Ends the connection in order: what is queued is sent first. Resolves when it has ended. Code and reason have a meaning
   * on WebSocket only.
   */
  async close(code?: number, reason?: string): Promise<void> {
    checkCloseOptions({ code, reason })
    await this.#host.disconnect(this)
  }

  /** Cuts the connection; what is queued in either direction is dropped. */
  destroy(): void {
    this.#host.destroyPeer(this)
  }

  #drain(): void {
    this.#full = false
    const waiters = this.#waiters
    this.#waiters = undefined
    waiters?.forEach((resolve) => resolve())
  }

  #leave(queue: Backlog | undefined): void {
    this.#connected = false
    this.#waiting = queue !== undefined
    this.#losses++
    if (queue?.hasRoom ?? true) this.#drain()
  }

  #return(address?: string, port?: number): void {
    this.#connected = true
    this.#waiting = false
    this.#remoteAddress = address
    this.#remotePort = port
  }

  #end(reason: DisconnectReason): void {
    this.#connected = this.#waiting = false
    this.#drain()
    this.#reason = reason
    this.#closed?.forEach((resolve) => resolve(reason))
    this.#closed = undefined
  }
}
