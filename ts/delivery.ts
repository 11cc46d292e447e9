import { Blocks } from './memory.js'
import type { NativeEvent } from './native.js'
import { isCut, lossesOf, type Peer } from './peer.js'
import type { DisconnectReason, MessageInfo } from './types.js'

const BINARY: MessageInfo = Object.freeze({ text: false })
const NUMBERS_A_RECORD = 4

/** What a batch is given to. */
export interface Receiver {
  peerOf(id: number): Peer | undefined
  /** Undefined while nobody takes messages. */
  consumer(): ((peer: Peer, data: Buffer, info: MessageInfo) => unknown) | undefined
  onEvent(id: number, event: NativeEvent): void
  onGone(peer: Peer, reason: DisconnectReason): void
  hold(peer: Peer, bytes: number): void
  release(peer: Peer, bytes: number): void
}

type Waiting = { readonly peer: Peer } & ({ readonly data: Buffer } | { readonly reason: DisconnectReason })

/** An exception of the application is an ordinary uncaught one; what comes after it is delivered all the same. */
export function report(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}

/** Takes batches apart and calls the application; keeps messages that nobody takes yet. */
export class Delivery {
  readonly #receiver: Receiver
  readonly #blocks = new Blocks()
  #waiting: Waiting[] = []
  /** Messages of a peer in `#waiting`. */
  readonly #waitingOf = new Map<Peer, number>()

  constructor(receiver: Receiver) {
    this.#receiver = receiver
  }

  /** Called by native code, once a batch (native/binding/delivery.hpp). */
  readonly deliver = (
    count: number,
    records: Int32Array,
    blocks: readonly ArrayBuffer[] | undefined,
    events: readonly NativeEvent[] | undefined,
  ): void => {
    if (blocks) this.#blocks.replace(blocks)
    this.wake()
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
  }

  /** Gives what waited to the consumer, if there is one now. */
  wake(): void {
    while (this.#waiting.length !== 0 && this.#receiver.consumer()) {
      const now = this.#waiting
      this.#waiting = []
      now.forEach((each) => this.#offer(each))
    }
  }

  /** Ends a peer after its messages have been taken. */
  gone(peer: Peer, reason: DisconnectReason): void {
    if (this.#waitingOf.has(peer)) this.#waiting.push({ peer, reason })
    else this.#receiver.onGone(peer, reason)
  }

  /** Drops the messages that wait, of one peer or of all. */
  drop(peer?: Peer): void {
    const dropped = this.#waiting.filter((each) => peer === undefined || each.peer === peer)
    this.#waiting = this.#waiting.filter((each) => !dropped.includes(each))
    for (const each of dropped) {
      this.#waitingOf.delete(each.peer)
      if ('data' in each) this.#receiver.release(each.peer, each.data.byteLength)
      else this.#receiver.onGone(each.peer, each.reason)
    }
  }

  #event(id: number, event: NativeEvent): void {
    try {
      this.#receiver.onEvent(id, event)
    } catch (error) {
      report(error)
    }
  }

  #arrived(peer: Peer, place: number, offset: number, length: number): void {
    const consumer = this.#waiting.length === 0 ? this.#receiver.consumer() : undefined
    try {
      const data = this.#blocks.view(place, offset, length)
      if (!consumer) return this.#keep(peer, data)
      const result = consumer(peer, data, BINARY)
      if (result !== undefined) this.#await(peer, length, result)
    } catch (error) {
      report(error)
    }
  }

  #keep(peer: Peer, data: Buffer): void {
    this.#waiting.push({ peer, data })
    this.#waitingOf.set(peer, (this.#waitingOf.get(peer) ?? 0) + 1)
    this.#receiver.hold(peer, data.byteLength)
  }

  #offer(record: Waiting): void {
    const consumer = this.#receiver.consumer()
    if (!consumer) {
      this.#waiting.push(record)
      return
    }
    if ('reason' in record) return this.gone(record.peer, record.reason)
    const { peer, data } = record
    const left = (this.#waitingOf.get(peer) ?? 1) - 1
    if (left === 0) this.#waitingOf.delete(peer)
    else this.#waitingOf.set(peer, left)
    try {
      const result = consumer(peer, data, BINARY)
      if (isThenable(result)) this.#releaseAfter(peer, data.byteLength, result)
      else this.#receiver.release(peer, data.byteLength)
    } catch (error) {
      this.#receiver.release(peer, data.byteLength)
      report(error)
    }
  }

  /** The message counts as not taken until the handler's promise has settled. */
  #await(peer: Peer, bytes: number, result: unknown): void {
    if (!isThenable(result)) return
    this.#receiver.hold(peer, bytes)
    this.#releaseAfter(peer, bytes, result)
  }

  #releaseAfter(peer: Peer, bytes: number, result: PromiseLike<unknown>): void {
    const losses = lossesOf(peer)
    // What an earlier connection of the peer was charged went with it.
    const release = (): void => {
      if (lossesOf(peer) === losses) this.#receiver.release(peer, bytes)
    }
    result.then(release, (error: unknown) => {
      release()
      throw error
    })
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<PromiseLike<unknown>>).then === 'function'
  )
}
