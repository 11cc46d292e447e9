import type { Consumers } from './consumers.js'
import { queueFull, tooLong } from './errors.js'
import type { Mailbox } from './mailbox.js'
import { PeerQueues } from './peer-queues.js'
import { Sent, type NativeAddress, type NativeSocket } from './native.js'
import { copyPayload, payloadBytes, sendPayload } from './payload.js'
import { isGone, markAway, markClosing, markCut, markFull, originOf, type Peer } from './peer.js'
import type { PeerHost } from './peer-host.js'
import type { CloseOptions, Payload, PeerStats, SendResult } from './types.js'

const noTraffic: PeerStats = {
  messagesIn: 0,
  messagesOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  queuedBytes: 0,
  droppedMessages: 0,
}

/** An id that no peer ever has. */
const nobody = 0

/** A Peer outlives its connection, and the id may have gone to another since. */
function idOf(peer: Peer): number {
  return isGone(peer) ? nobody : peer.routingId
}

/** What peers ask for, carried out by the native socket. */
export class PeerCalls implements PeerHost {
  readonly #native: NativeSocket
  readonly #consumers: Consumers
  readonly #onDropped: (peer: Peer, bytes: number) => void
  /** Who waits for a connection to end. */
  readonly #ending = new Map<Peer, (() => void)[]>()
  readonly #ended = new WeakSet<Peer>()
  readonly #paused = new WeakSet<Peer>()
  #allPaused = false
  readonly #queues: PeerQueues

  constructor(socket: NativeSocket, consumers: Consumers, onDropped: (peer: Peer, bytes: number) => void) {
    this.#native = socket
    this.#consumers = consumers
    this.#onDropped = onDropped
    this.#queues = new PeerQueues(socket, onDropped)
  }

  sendTo(peer: Peer, data: Payload): SendResult {
    const queue = originOf(peer).link?.queue
    if (queue) return this.#queues.add(peer, queue, data)
    const sent = sendPayload(this.#native, idOf(peer), data)
    if (sent === Sent.taken) return true
    if (sent === Sent.full) {
      markFull(peer)
      return false
    }
    return this.#notTaken(peer, data, sent)
  }

  /** To an id that nobody has: checked and counted. */
  sendToNobody(id: number, data: Payload): null {
    sendPayload(this.#native, id, data)
    return null
  }

  wouldTrip(peer: Peer): boolean {
    return this.queued(peer) >= originOf(peer).maxBufferedBytes
  }

  copy(data: Payload): Payload {
    return copyPayload(data)
  }

  flushPeer(peer: Peer): void {
    this.#native.flushPeer(idOf(peer))
  }

  queued(peer: Peer): number {
    const waiting = originOf(peer).link?.queue?.charged ?? 0
    return waiting + (peer.connected ? this.#native.queued(idOf(peer)) : 0)
  }

  localAddress(peer: Peer): NativeAddress | undefined {
    return peer.connected ? this.#native.localAddress(idOf(peer)) : undefined
  }

  peerStats(peer: Peer): PeerStats {
    return this.#native.peerStats(idOf(peer)) ?? noTraffic
  }

  async disconnect(peer: Peer, options: CloseOptions = {}): Promise<void> {
    const over = isGone(peer) || this.#ended.has(peer)
    this.closing(peer)
    if (over) return
    const ended = new Promise<void>((resolve) => {
      this.#ending.set(peer, [...(this.#ending.get(peer) ?? []), resolve])
    })
    this.#native.end(idOf(peer), options.linger ?? originOf(peer).linger)
    await ended
  }

  /** It is sent to no more, and not connected to again. */
  closing(peer: Peer): void {
    const { link } = originOf(peer)
    if (peer.connected && link?.queue) this.#queues.sendRest(peer, link.queue)
    markClosing(peer)
    link?.end()
  }

  /** The connection has ended; its messages, and `disconnect` behind them, may still wait for a consumer. */
  ended(peer: Peer): void {
    const { link } = originOf(peer)
    if (link?.returns) markAway(peer, link.lost())
    else markClosing(peer)
    this.#ended.add(peer)
    this.#ending.get(peer)?.forEach((resolve) => resolve())
    this.#ending.delete(peer)
  }

  /** It is connected again: what waited goes first. True when there is room again. */
  returned(peer: Peer): boolean {
    this.#ended.delete(peer)
    return this.hasRoom(peer)
  }

  /** Sends what waits, if there is something; whether there is room for more then. */
  hasRoom(peer: Peer): boolean {
    const { link } = originOf(peer)
    return !link?.queue || this.#queues.send(peer, link)
  }

  destroyPeer(peer: Peer): void {
    markClosing(peer)
    markCut(peer)
    originOf(peer).link?.end()
    this.#native.destroy(idOf(peer))
    this.#consumers.drop(peer)
  }

  mailbox(peer: Peer): Mailbox {
    return this.#consumers.mailbox(peer)
  }

  /** By `pause` of the peer; the socket may be paused besides. */
  pausePeer(peer: Peer, wanted: boolean): void {
    if (wanted) this.#paused.add(peer)
    else this.#paused.delete(peer)
    this.#pause(peer)
  }

  pauseAll(peers: Iterable<Peer>, wanted: boolean): void {
    this.#allPaused = wanted
    for (const peer of peers) this.#pause(peer)
  }

  /** A new connection of what is paused is not read either. */
  arrived(peer: Peer): void {
    if (this.#allPaused || this.#paused.has(peer)) this.#pause(peer)
  }

  /** The native connection is there no more; messages of it may be. */
  hasEnded(peer: Peer): boolean {
    return this.#ended.has(peer)
  }

  #pause(peer: Peer): void {
    this.#native.pausePeer(idOf(peer), this.#allPaused || this.#paused.has(peer))
  }

  #notTaken(peer: Peer, data: Payload, sent: number): null {
    if (sent === Sent.tooLong) throw tooLong(payloadBytes(data))
    if (sent === Sent.atBound) throw queueFull(peer.routingId)
    if (sent === Sent.dropped) this.#onDropped(peer, payloadBytes(data))
    return null
  }
}
