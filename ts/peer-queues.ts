import type { Backlog } from './backlog.js'
import { queueFull } from './errors.js'
import type { Link } from './link.js'
import { Sent, type NativeSocket } from './native.js'
import { payloadBytes, sendPayload } from './payload.js'
import { markFull, type Peer } from './peer.js'
import type { Payload, SendResult } from './types.js'

/** What is sent to peers that are away, and what becomes of it when they return. */
export class PeerQueues {
  readonly #native: NativeSocket
  readonly #onDropped: (peer: Peer, bytes: number) => void

  constructor(native: NativeSocket, onDropped: (peer: Peer, bytes: number) => void) {
    this.#native = native
    this.#onDropped = onDropped
  }

  /** There is no connection that the policy `disconnect` could end, so that it drops too. */
  add(peer: Peer, queue: Backlog, data: Payload): SendResult {
    const bytes = queue.check(data)
    if (queue.atBound) {
      if (queue.throws) throw queueFull(peer.routingId)
      this.#native.countDropped(peer.routingId, 1)
      this.#onDropped(peer, bytes)
      return null
    }
    const room = queue.add(data, bytes)
    if (!room) markFull(peer)
    return room
  }

  /** As much as there is room for; the engine's `drain` asks for more. Whether that was all, and there is room left. */
  send(peer: Peer, link: Link): boolean {
    let last: number = Sent.taken
    const hasRoom = (): boolean => last !== Sent.full && last !== Sent.refused
    link.queue?.empty(hasRoom, (data) => (last = this.#give(peer, data)))
    if (link.queue?.isEmpty) link.emptied()
    return link.queue === undefined && hasRoom()
  }

  /** Before the end: all that the engine's bound allows. */
  sendRest(peer: Peer, queue: Backlog): void {
    queue.empty(
      () => this.#native.queued(peer.routingId) < queue.bound,
      (data) => this.#give(peer, data),
    )
  }

  #give(peer: Peer, data: Payload): number {
    const sent = sendPayload(this.#native, peer.routingId, data)
    if (sent === Sent.atBound) this.#native.countDropped(peer.routingId, 1)
    if (sent === Sent.dropped) this.#onDropped(peer, payloadBytes(data))
    return sent
  }
}
