import { Charges, messageCharge, type ChargedSide } from './charges.js'
import { Consumers, type MessageHandler } from './consumers.js'
import { Blocks } from './memory.js'
import type { NativeEvent } from './native.js'
import { isCut, lossesOf, type Peer } from './peer.js'
import { isThenable, report } from './report.js'
import type { DisconnectReason, MessageInfo } from './types.js'

const BINARY: MessageInfo = Object.freeze({ text: false })
const NUMBERS_A_RECORD = 4

/** What a batch is given to. */
export interface Receiver extends ChargedSide {
  peerOf(id: number): Peer | undefined
  allPeers(): Iterable<Peer>
  onEvent(id: number, event: NativeEvent): void
  /** Tells of the end; the reason as it was told. */
  onGone(peer: Peer, reason: DisconnectReason): DisconnectReason
  releaseLost(charge: number): void
}

export interface DeliveryOptions {
  readonly isolateData?: boolean
  readonly transientData?: boolean
}

/** Takes batches apart and gives each message to whoever consumes it. */
export class Delivery {
  readonly consumers: Consumers
  readonly #receiver: Receiver
  readonly #charges: Charges
  readonly #blocks: Blocks

  constructor(receiver: Receiver, { isolateData = false, transientData = false }: DeliveryOptions) {
    this.#receiver = receiver
    this.#charges = new Charges(receiver)
    this.#blocks = new Blocks(isolateData)
    this.consumers = new Consumers(receiver, this.#charges, this.#offer.bind(this), transientData)
  }

  /** Called by native code, once a batch (native/binding/delivery.hpp). */
  readonly deliver = (
    count: number,
    records: Int32Array,
    blocks: readonly ArrayBuffer[] | undefined,
    events: readonly NativeEvent[] | undefined,
  ): void => {
    if (blocks) this.#blocks.replace(blocks)
    this.consumers.wake()
    let peer: Peer | undefined
    let lastId = 0
    for (let at = 0; at < count * NUMBERS_A_RECORD; at += NUMBERS_A_RECORD) {
      const id = records[at]! >>> 0
      const kindAndPlace = records[at + 1]!
      if ((kindAndPlace & 1) !== 0) {
        this.#event(id, events![kindAndPlace >>> 1]!)
        lastId = 0
        continue
      }
      if (id !== lastId) {
        peer = this.#receiver.peerOf(id)
        lastId = id
      }
      if (peer && !isCut(peer)) this.#arrived(peer, kindAndPlace >>> 1, records[at + 2]!, records[at + 3]!)
    }
    this.#blocks.forget()
    this.#charges.settle()
    this.consumers.endOfBatch()
  }

  #event(id: number, event: NativeEvent): void {
    try {
      this.#receiver.onEvent(id, event)
    } catch (error) {
      report(error)
    }
  }

  #arrived(peer: Peer, place: number, offset: number, length: number): void {
    try {
      const handler = this.consumers.handlerFor(peer)
      const data = this.#blocks.view(place, offset, length)
      if (!handler) return this.#keep(peer, data)
      const result = handler(peer, data, BINARY)
      if (result !== undefined) this.#await(peer, length, result)
    } catch (error) {
      report(error)
    }
  }

  #keep(peer: Peer, data: Buffer): void {
    this.#charges.hold(peer, data.byteLength)
    this.consumers.keep({ type: 'message', peer, data, text: false })
  }

  /** A message that was kept. */
  #offer(handler: MessageHandler, peer: Peer, data: Buffer): void {
    try {
      const result = handler(peer, data, BINARY)
      if (isThenable(result)) return this.#releaseAfter(peer, data.byteLength, result)
    } catch (error) {
      report(error)
    }
    this.#charges.taken(peer, data.byteLength)
  }

  /** The message counts as not taken until the handler's promise has settled. */
  #await(peer: Peer, bytes: number, result: unknown): void {
    if (!isThenable(result)) return
    this.#charges.hold(peer, bytes)
    this.#releaseAfter(peer, bytes, result)
  }

  #releaseAfter(peer: Peer, bytes: number, result: PromiseLike<unknown>): void {
    const losses = lossesOf(peer)
    const release = (): void => {
      // What belongs to an earlier connection of the peer is charged to the socket.
      if (lossesOf(peer) !== losses) return this.#receiver.releaseLost(bytes + messageCharge)
      this.#charges.taken(peer, bytes)
      this.#charges.settle()
    }
    result.then(release, (error: unknown) => {
      release()
      throw error
    })
  }
}
