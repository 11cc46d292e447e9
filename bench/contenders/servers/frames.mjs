// The length frames of a stream as messages, for the rivals in JavaScript: 4 bytes of big-endian length, then the
// payload. A message that lies whole in a chunk is a view of it; only one that spans chunks is copied, once, into memory
// of its exact size.

export const headerBytes = 4
const maxMessageBytes = 16 * 1024 * 1024

// readUInt32BE and writeUInt32BE check their arguments, which costs more than the rest.
export const lengthAt = (bytes, at) =>
  ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0

export function putLength(bytes, at, length) {
  bytes[at] = length >>> 24
  bytes[at + 1] = length >>> 16
  bytes[at + 2] = length >>> 8
  bytes[at + 3] = length
}

export class FrameReader {
  #take
  #length = 0
  #headerFilled = 0
  #payload = undefined
  #payloadFilled = 0

  /** take(peer, payload) is called for each message. */
  constructor(take) {
    this.#take = take
  }

  read(peer, chunk) {
    let at = this.#headerFilled > 0 ? this.#finish(peer, chunk) : 0
    const last = chunk.length - headerBytes
    while (at <= last) {
      const end = at + headerBytes + lengthAt(chunk, at)
      if (end > chunk.length) break
      this.#take(peer, chunk.subarray(at + headerBytes, end))
      at = end
    }
    if (at < chunk.length) this.#begin(chunk, at)
  }

  // The rest of a message whose first part came before. Returns where the next one begins.
  #finish(peer, chunk) {
    let at = this.#takeHeader(chunk, 0)
    if (this.#headerFilled < headerBytes) return at
    this.#payload ??= this.#allocate(this.#length)
    at += this.#fill(chunk, at)
    if (this.#payloadFilled < this.#payload.length) return at
    const whole = this.#payload
    this.#payload = undefined
    this.#payloadFilled = 0
    this.#headerFilled = 0
    this.#take(peer, whole)
    return at
  }

  #begin(chunk, at) {
    this.#length = 0
    const next = this.#takeHeader(chunk, at)
    if (this.#headerFilled < headerBytes) return
    this.#payload = this.#allocate(this.#length)
    this.#fill(chunk, next)
  }

  #takeHeader(chunk, at) {
    let next = at
    while (this.#headerFilled < headerBytes && next < chunk.length) {
      this.#length = ((this.#length << 8) | chunk[next++]) >>> 0
      this.#headerFilled += 1
    }
    return next
  }

  #allocate(length) {
    if (length > maxMessageBytes) throw new RangeError(`a message of ${length} bytes`)
    return Buffer.allocUnsafeSlow(length)
  }

  #fill(chunk, at) {
    const part = chunk.subarray(at, at + this.#payload.length - this.#payloadFilled)
    this.#payload.set(part, this.#payloadFilled)
    this.#payloadFilled += part.length
    return part.length
  }
}
