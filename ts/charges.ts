import type { Peer } from './peer.js'

/** message_charge of native/engine/connection/outbox.hpp. */
export const messageCharge = 128

/** A consumer that is slow lets go of this much before it has taken all. */
const mostOwed = 64 * 1024

export interface ChargedSide {
  hold(peer: Peer, charge: number): void
  release(peer: Peer, charge: number): void
}

/** One sum for the messages of one peer that follow each other: native code is called once for all of them. */
class Run {
  readonly #tell: (peer: Peer, charge: number) => void
  #peer: Peer | undefined
  #charge = 0

  constructor(tell: (peer: Peer, charge: number) => void) {
    this.#tell = tell
  }

  add(peer: Peer, bytes: number): number {
    if (peer !== this.#peer) {
      this.flush()
      this.#peer = peer
    }
    return (this.#charge += bytes + messageCharge)
  }

  flush(): void {
    const peer = this.#peer
    if (!peer) return
    const charge = this.#charge
    this.#peer = undefined
    this.#charge = 0
    this.#tell(peer, charge)
  }
}

/** What messages that were handed over and are not done with are charged. */
export class Charges {
  readonly #held: Run
  readonly #owed: Run

  constructor(side: ChargedSide) {
    this.#held = new Run((peer, charge) => side.hold(peer, charge))
    this.#owed = new Run((peer, charge) => side.release(peer, charge))
  }

  /** Within a delivery; `endOfBatch` follows. */
  hold(peer: Peer, bytes: number): void {
    this.#held.add(peer, bytes)
  }

  endOfBatch(): void {
    this.#held.flush()
  }

  /** A message that was held has been taken; told at once, or with the next ones until `settle`. */
  taken(peer: Peer, bytes: number): void {
    if (this.#owed.add(peer, bytes) >= mostOwed) this.settle()
  }

  settle(): void {
    this.#held.flush()
    this.#owed.flush()
  }
}
