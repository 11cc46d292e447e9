// Bun.listen that sends every chunk back as it came: no messages, the bound of what any framing on Bun can reach.
import { Outgoing, listen } from './bun-listen.mjs'

class Peer {
  #out

  constructor(socket) {
    this.#out = new Outgoing(socket)
  }

  read(chunk) {
    this.#out.write(chunk)
  }

  drain() {
    this.#out.drain()
  }
}

listen((socket) => new Peer(socket))
