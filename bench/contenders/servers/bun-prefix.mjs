// Bun.listen that makes no messages, which only an echo can do: it reads the lengths, and the whole frames of a chunk go
// back as the one range of it that they are.
import { Outgoing, listen } from './bun-listen.mjs'
import { headerBytes, lengthAt } from './frames.mjs'

class Peer {
  #out
  // Where a frame that spans chunks is put together. write() takes its bytes before it returns, so the memory serves for
  // the next one too.
  #frame = Buffer.alloc(headerBytes)
  #filled = 0
  #size = headerBytes

  constructor(socket) {
    this.#out = new Outgoing(socket)
  }

  read(chunk) {
    const begin = this.#filled === 0 ? 0 : this.#finish(chunk)
    let end = begin
    while (chunk.length - end >= headerBytes) {
      const size = headerBytes + lengthAt(chunk, end)
      if (size > chunk.length - end) break
      end += size
    }
    if (end > begin) this.#out.write(chunk.subarray(begin, end))
    if (end < chunk.length) this.#fill(chunk, end)
  }

  drain() {
    this.#out.drain()
  }

  // Returns how much of the chunk belongs to the frame that was begun.
  #finish(chunk) {
    const end = this.#fill(chunk, 0)
    if (this.#filled < this.#size) return end
    this.#out.writeShared(this.#frame.subarray(0, this.#size))
    this.#filled = 0
    this.#size = headerBytes
    return end
  }

  #fill(chunk, at) {
    const end = this.#copy(chunk, at)
    if (this.#size !== headerBytes || this.#filled < headerBytes) return end
    this.#reserve(headerBytes + lengthAt(this.#frame, 0))
    return this.#copy(chunk, end)
  }

  #reserve(size) {
    this.#size = size
    if (size <= this.#frame.length) return
    const larger = Buffer.allocUnsafeSlow(size)
    larger.set(this.#frame.subarray(0, headerBytes))
    this.#frame = larger
  }

  #copy(chunk, at) {
    const part = chunk.subarray(at, at + this.#size - this.#filled)
    this.#frame.set(part, this.#filled)
    this.#filled += part.length
    return at + part.length
  }
}

listen((socket) => new Peer(socket))
