/** The framing `length` by hand: 4 bytes, big-endian, before each message. */
export function framed(payload: Uint8Array | string): Buffer {
  const bytes = Buffer.from(payload)
  const header = Buffer.alloc(4)
  header.writeUInt32BE(bytes.length)
  return Buffer.concat([header, bytes])
}

/** Only the announcement. */
export function header(length: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  return bytes
}

/** Takes a byte stream apart as it comes. */
export class FrameReader {
  readonly #onMessage: (payload: Buffer) => void
  #parts: Buffer[] = []
  #held = 0
  #wanted = 4

  constructor(onMessage: (payload: Buffer) => void) {
    this.#onMessage = onMessage
  }

  /** Bytes of a message that has not completely arrived. */
  get rest(): number {
    return this.#held
  }

  push(bytes: Buffer): void {
    this.#parts.push(bytes)
    this.#held += bytes.length
    if (this.#held >= this.#wanted) this.#takeApart(Buffer.concat(this.#parts))
  }

  #takeApart(all: Buffer): void {
    let at = 0
    this.#wanted = 4
    while (all.length - at >= 4) {
      const length = all.readUInt32BE(at)
      this.#wanted = 4 + length
      if (all.length - at < this.#wanted) break
      this.#onMessage(all.subarray(at + 4, at + this.#wanted))
      at += this.#wanted
      this.#wanted = 4
    }
    this.#parts = at === all.length ? [] : [all.subarray(at)]
    this.#held = all.length - at
  }
}
