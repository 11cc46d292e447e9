// Bun.listen that makes no messages, which only an echo can do: it reads the lengths, and the whole frames of a chunk go
// back as the one range of it that they are.
import { Outgoing, listen } from './bun-listen.mjs'
import { headerBytes, lengthAt } from './frames.mjs'

class Peer {
  #out
  // A frame that spans chunks, or its first bytes while not even its length is known.
  #frame = undefined
  #filled = 0

  constructor(socket) {
    this.#out = new Outgoing(socket)
  }

  read(chunk) {
    const begin = this.#frame === undefined ? 0 : this.#finish(chunk)
    let end = begin
    let size = 0
    while (chunk.length - end >= headerBytes) {
      size = headerBytes + lengthAt(chunk, end)
      if (size > chunk.length - end) break
      end += size
    }
    if (end > begin) this.#out.write(chunk.subarray(begin, end))
    if (end < chunk.length) this.#keep(chunk.subarray(end))
  }

  drain() {
    this.#out.drain()
  }

  #keep(part) {
    const size = part.length < headerBytes ? headerBytes : headerBytes + lengthAt(part, 0)
    this.#frame = Buffer.allocUnsafeSlow(size)
    this.#frame.set(part)
    this.#filled = part.length
  }

  // Returns how much of the chunk belongs to the frame that is being put together.
  #finish(chunk) {
    let at = this.#fill(chunk, 0)
    if (this.#frame.length === headerBytes && this.#filled === headerBytes) {
      this.#keep(this.#frame)
      at = this.#fill(chunk, at)
    }
    if (this.#filled < this.#frame.length) return at
    this.#out.write(this.#frame)
    this.#frame = undefined
    return at
  }

  #fill(chunk, at) {
    const part = chunk.subarray(at, at + this.#frame.length - this.#filled)
    this.#frame.set(part, this.#filled)
    this.#filled += part.length
    return at + part.length
  }
}

listen((socket) => new Peer(socket))
