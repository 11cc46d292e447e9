// Bun.listen. Each message reaches onMessage as a Buffer, and what it sends is gathered: the answers to the messages of
// one chunk leave in one write.
import { FrameReader, headerBytes, putLength } from './frames.mjs'
import { Outgoing, listen } from './bun-listen.mjs'

// More than the answers to a chunk, of which Bun reads 512 KiB at a time.
const gatherBytes = 1024 * 1024
// Below this a copy costs less than a write of its own: Bun has no writev.
const largeBytes = 128 * 1024

// Shared by all peers: write() takes its bytes, or says that it did not, before it returns.
const gathered = Buffer.allocUnsafeSlow(gatherBytes)
let used = 0

class Peer {
  #out
  #reader = new FrameReader(onMessage)

  constructor(socket) {
    this.#out = new Outgoing(socket)
  }

  send(data) {
    const large = data.length >= largeBytes
    if (used + headerBytes + (large ? 0 : data.length) > gatherBytes) this.#flush()
    putLength(gathered, used, data.length)
    used += headerBytes
    if (large) {
      this.#flush()
      this.#out.write(data)
      return
    }
    gathered.set(data, used)
    used += data.length
  }

  read(chunk) {
    this.#reader.read(this, chunk)
    this.#flush()
  }

  drain() {
    this.#out.drain()
  }

  #flush() {
    if (used > 0) this.#out.writeShared(gathered.subarray(0, used))
    used = 0
  }
}

function onMessage(peer, data) {
  peer.send(data)
}

listen((socket) => new Peer(socket))
