import { nativeOf, type Context } from './context.js'
import { Delivery, type Receiver } from './delivery.js'
import { Endpoints, type EndpointsHost } from './endpoints.js'
import { codeOf, type MillraceError } from './errors.js'
import type { Link } from './link.js'
import type { Listener } from './listener.js'
import { keepAlive, type Living } from './liveness.js'
import type { Monitor } from './monitor.js'
import { EventKind, native, type NativeEvent, type NativeSocket } from './native.js'
import { makeBuffer } from './memory.js'
import { nativeOptions } from './options.js'
import {
  isFull,
  mailboxOf,
  makePeer,
  markClosing,
  markDrained,
  markGone,
  markReturned,
  originOf,
  type Peer,
} from './peer.js'
import type { Origin } from './origin.js'
import { reportRefused } from './refusals.js'
import { PeerCalls } from './peer-calls.js'
import type { CloseOptions, DisconnectReason } from './types.js'

/** What the core tells the application; StreamSocket passes it on. */
export interface Application {
  connected(peer: Peer): void
  drained(peer: Peer): void
  disconnected(peer: Peer, reason: DisconnectReason): void
  readonly monitor: Monitor
}

/** The state of a StreamSocket behind its public face. */
export class SocketCore implements Receiver, EndpointsHost, Living {
  readonly native: NativeSocket
  readonly peers = new Map<number, Peer>()
  readonly delivery: Delivery
  readonly calls: PeerCalls
  readonly endpoints = new Endpoints(this)
  readonly defaults: object
  readonly #application: Application
  readonly #keepFacade: object
  #referenced = true
  #closing: Promise<void> | undefined
  #onEmpty: (() => void) | undefined

  constructor(application: Application, facade: object, context: Context, options: object, firstId: number) {
    this.#application = application
    this.#keepFacade = facade
    this.defaults = options
    this.delivery = new Delivery(this, options)
    this.native = new native.NativeSocket(
      nativeOf(context),
      facade,
      this.delivery.deliver,
      nativeOptions('socket', options),
      firstId,
      makeBuffer,
    )
    this.calls = new PeerCalls(this.native, this.delivery.consumers, (peer, bytes) =>
      this.#application.monitor.report('dropped', peer, () => ({ bytes })),
    )
  }

  isClosed(): boolean {
    return this.#closing !== undefined
  }

  peerOf(id: number): Peer | undefined {
    return this.peers.get(id)
  }

  allPeers(): Iterable<Peer> {
    return this.peers.values()
  }

  hold(peer: Peer, charge: number): void {
    this.native.hold(peer.routingId, charge)
  }

  /** Of a peer that has left what remains is charged to the socket. */
  release(peer: Peer, charge: number): void {
    this.native.release(this.calls.hasEnded(peer) ? 0 : peer.routingId, charge)
  }

  onEvent(id: number, event: NativeEvent): void {
    switch (event.kind) {
      case EventKind.connect:
        return this.#onConnect(id, event)
      case EventKind.disconnect:
        return this.#onDisconnect(id, event)
      case EventKind.drain:
        return this.#onDrain(id)
      case EventKind.connectFailed:
        return this.endpoints.links.connectFailed(event)
      default:
        return reportRefused(this.#application.monitor, this.endpoints.originOf(event.origin), event)
    }
  }

  /** Of an earlier connection of a peer. */
  releaseLost(charge: number): void {
    this.native.release(0, charge)
  }

  onGone(peer: Peer, ended: DisconnectReason): DisconnectReason {
    const { link } = originOf(peer)
    const reason = { ...ended, willReconnect: link?.returns ?? false }
    if (reason.willReconnect) link?.leave()
    else this.forget(peer, reason)
    this.#application.monitor.report('disconnected', peer, () => ({ reason }))
    this.#application.disconnected(peer, reason)
    link?.comeBack(reason)
    return reason
  }

  /** It is gone for good. */
  forget(peer: Peer, reason: DisconnectReason): void {
    this.peers.delete(peer.routingId)
    markGone(peer, reason)
    mailboxOf(peer)?.close()
    originOf(peer).link?.forgotten()
    this.livenessChanged()
  }

  disconnect(peer: Peer): void {
    void this.calls.disconnect(peer)
  }

  retrying(link: Link, error: MillraceError, delay: number): void {
    const { address, port: remotePort } = error
    // Without a port it is the path of a unix socket, which the endpoint tells already.
    const remoteAddress = remotePort === undefined ? undefined : address
    const where = { endpoint: link.origin.endpoint, routingId: link.routingId, remoteAddress, remotePort }
    this.#application.monitor.report('retrying', where, () => ({ error, delay }))
  }

  listening(listener: Listener): void {
    this.livenessChanged()
    this.#application.monitor.report('listening', { endpoint: listener.endpoint })
  }

  async unlistened(listener: Listener, closeConnections: boolean): Promise<void> {
    this.livenessChanged()
    this.#application.monitor.report('closed', { endpoint: listener.endpoint })
    if (!closeConnections) return
    const accepted = [...this.peers.values()].filter((peer) => originOf(peer).endpoint === listener.endpoint)
    await Promise.all(accepted.map((peer) => this.calls.disconnect(peer)))
  }

  /** Idempotent; resolves when every peer is gone. */
  close(options: CloseOptions, linger: number): Promise<void> {
    if (this.#closing) return this.#closing
    let settle!: (closing: Promise<void>) => void
    // Closed before anything is told: a monitor listener may call this again.
    this.#closing = new Promise<void>((resolve) => (settle = resolve))
    settle(this.#close(options.linger ?? linger))
    return this.#closing
  }

  /** As the process exits, where nothing else is called any more. */
  leave(): void {
    this.endpoints.unlistenAll()
    this.native.flush()
  }

  setReferenced(wanted: boolean): void {
    this.#referenced = wanted
    this.livenessChanged()
  }

  livenessChanged(): void {
    const { endpoints, peers } = this
    const busy = endpoints.busy || peers.size !== 0
    keepAlive(this, busy)
    this.native.holdProcess(
      this.#referenced && (peers.size !== 0 || endpoints.connecting || endpoints.referenced),
    )
    if (peers.size === 0) this.#onEmpty?.()
  }

  async #close(linger: number): Promise<void> {
    const cut = setTimeout(() => this.delivery.consumers.cut(), linger)
    this.delivery.consumers.beginToClose()
    const unbound = this.endpoints.close()
    this.peers.forEach((peer) => this.calls.closing(peer))
    this.native.endAll(linger)
    await unbound
    if (this.peers.size !== 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve))
    clearTimeout(cut)
    this.delivery.consumers.close()
    this.livenessChanged()
  }

  #onConnect(id: number, event: NativeEvent): void {
    if (event.token === 0) {
      const origin = this.endpoints.originOf(event.origin)
      if (origin) this.#connected(this.#made(id, event, origin), 'accepted')
      return
    }
    const link = this.endpoints.links.take(event.token)
    if (!link) return
    const { peer: former } = link
    if (former) markReturned(former, event.address, event.port)
    const peer = former ?? this.#made(id, event, link.origin, link.data)
    link.connected(peer)
    const drained = this.calls.returned(peer) && isFull(peer)
    if (drained) markDrained(peer)
    this.#connected(peer, 'connected')
    if (drained && !isFull(peer)) this.#application.drained(peer)
  }

  #made(id: number, event: NativeEvent, origin: Origin, data?: unknown): Peer {
    const peer = makePeer(this.calls, origin, id, event.address, event.port)
    peer.data = data
    this.peers.set(id, peer)
    if (this.isClosed()) markClosing(peer)
    this.livenessChanged()
    return peer
  }

  #connected(peer: Peer, type: 'accepted' | 'connected'): void {
    this.calls.arrived(peer)
    this.#application.monitor.report(type, peer)
    this.delivery.consumers.connected(peer, () => this.#application.connected(peer))
  }

  #onDisconnect(id: number, event: NativeEvent): void {
    const peer = this.peers.get(id)
    if (!peer || !event.error) return
    const reason = {
      code: codeOf(event.error),
      message: event.error.message,
      truncated: event.truncated,
      willReconnect: false,
    }
    this.calls.ended(peer)
    this.delivery.consumers.gone(peer, reason)
  }

  #onDrain(id: number): void {
    const peer = this.peers.get(id)
    if (!peer || !this.calls.hasRoom(peer)) return
    markDrained(peer)
    this.#application.drained(peer)
  }
}
