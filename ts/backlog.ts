import { tooLong } from './errors.js'
import { messageCharge } from './charges.js'
import type { NumbersOf } from './native.js'
import { optionTable } from './option-table.js'
import { copyPayload, payloadBytes } from './payload.js'
import type { Payload } from './types.js'

/** Messages to a peer that is away, in their order, until they can be sent. */
export class Backlog {
  /** Whether a send throws while it is full; else it drops. */
  readonly throws: boolean
  /** From this charge on nothing is taken any more. */
  readonly bound: number
  readonly #longest: number
  readonly #mark: number
  #messages: Payload[] = []
  #charged = 0

  /** The options of the connection. */
  constructor(options: NumbersOf<string>) {
    this.throws = optionTable.onBufferFull.values[options['onBufferFull'] ?? 0] === 'error'
    this.#longest = options['maxMessageSize'] ?? 0
    this.bound = options['maxBufferedBytes'] ?? 0
    this.#mark = Math.min(options['sendHighWaterMark'] ?? 0, this.bound)
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0
  }

  get charged(): number {
    return this.#charged
  }

  get hasRoom(): boolean {
    return this.#charged < this.#mark
  }

  get atBound(): boolean {
    return this.#charged >= this.bound
  }

  /** @throws RangeError, TypeError, as a send does */
  check(data: Payload): number {
    const bytes = payloadBytes(data)
    if (bytes > this.#longest) throw tooLong(bytes)
    return bytes
  }

  /** Keeps a copy; whether there is room for more. */
  add(data: Payload, bytes: number): boolean {
    this.#messages.push(typeof data === 'string' ? data : copyPayload(data))
    this.#charged += bytes + messageCharge
    return this.hasRoom
  }

  /** Gives the messages away one after the other, as long as they are wanted. */
  empty(wanted: () => boolean, send: (data: Payload) => void): void {
    let given = 0
    for (const data of this.#messages) {
      if (!wanted()) break
      given++
      this.#charged -= payloadBytes(data) + messageCharge
      send(data)
    }
    this.#messages = this.#messages.slice(given)
  }

  /** How many there were. */
  drop(): number {
    const dropped = this.#messages.length
    this.#messages = []
    this.#charged = 0
    return dropped
  }
}
