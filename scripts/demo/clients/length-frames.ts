const headerBytes = 4

/** Takes a byte stream apart: each message is 4 bytes of length, big-endian, and that many bytes. */
export class LengthFrames {
  readonly #onMessage: (data: Buffer) => void
  #parts: Buffer[] = []
  #bytes = 0
  /** So many bytes complete the first message, or its header. */
  #wanted = headerBytes

  constructor(onMessage: (data: Buffer) => void) {
    this.#onMessage = onMessage
  }

  push(chunk: Buffer): void {
    this.#parts.push(chunk)
    this.#bytes += chunk.length
    if (this.#bytes < this.#wanted) return
    const rest = this.#takeMessages(this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts))
    this.#parts = rest.length === 0 ? [] : [rest]
    this.#bytes = rest.length
    this.#wanted = rest.length < headerBytes ? headerBytes : headerBytes + rest.readUInt32BE()
  }

  #takeMessages(input: Buffer): Buffer {
    let at = 0
    while (input.length - at >= headerBytes) {
      const begin = at + headerBytes
      const end = begin + input.readUInt32BE(at)
      if (end > input.length) break
      at = end
      this.#onMessage(input.subarray(begin, end))
    }
    return input.subarray(at)
  }
}
