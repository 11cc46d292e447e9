import type { Peer } from './peer.js'
import type { PeerHost } from './peer-host.js'
import type { Payload, SendOptions, SendResult } from './types.js'

/** The sends of one peer that wait for room: later ones wait for earlier ones, so that the order holds. */
export class LaterSends {
  #last: Promise<unknown> | undefined

  get pending(): boolean {
    return this.#last !== undefined
  }

  add(peer: Peer, host: PeerHost, data: Payload, options: SendOptions | undefined): Promise<SendResult> {
    const copy = host.copy(data)
    const sent = (this.#last ?? Promise.resolve()).then(async () => {
      await peer.drained()
      return peer.send(copy, options)
    })
    const settled: Promise<void> = sent.then(
      () => this.#settled(settled),
      () => this.#settled(settled),
    )
    this.#last = settled
    return sent
  }

  #settled(one: Promise<void>): void {
    if (this.#last === one) this.#last = undefined
  }
}
