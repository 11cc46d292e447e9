// What the servers on Bun.listen share.

// The sending side of a socket: write() takes what fits into the kernel, the rest waits here for the drain event, and
// nothing more is read meanwhile.
export class Outgoing {
  #socket
  #waiting = []

  constructor(socket) {
    this.#socket = socket
  }

  write(bytes) {
    const rest = this.#try(bytes)
    if (rest !== undefined) this.#wait(rest)
  }

  /** As write(), of memory that the caller uses again. */
  writeShared(bytes) {
    const rest = this.#try(bytes)
    if (rest !== undefined) this.#wait(Buffer.from(rest))
  }

  drain() {
    const waiting = this.#waiting
    while (waiting.length > 0) {
      const bytes = waiting[0]
      const count = this.#socket.write(bytes)
      if (count < 0) return
      if (count < bytes.length) {
        waiting[0] = bytes.subarray(count)
        return
      }
      waiting.shift()
    }
    this.#socket.resume()
  }

  // What is left of the bytes, undefined when nothing is.
  #try(bytes) {
    if (this.#waiting.length > 0) return bytes
    const count = this.#socket.write(bytes)
    if (count === bytes.length || count < 0) return undefined
    return bytes.subarray(count)
  }

  #wait(bytes) {
    if (this.#waiting.length === 0) this.#socket.pause()
    this.#waiting.push(bytes)
  }
}

/** makePeer(socket) returns { read(chunk), drain() }. */
export function listen(makePeer) {
  const handlers = {
    open(socket) {
      socket.setNoDelay(true)
      socket.data = makePeer(socket)
    },
    data(socket, chunk) {
      socket.data.read(chunk)
    },
    drain(socket) {
      socket.data.drain()
    },
    close() {},
    error() {},
  }
  const server = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: handlers })
  console.log(`listening ${server.port}`)
  process.stdin.on('end', () => process.exit()).resume()
}
