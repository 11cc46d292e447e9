// node:net. Each message reaches onMessage as a Buffer, and what it sends is gathered: the answers to the messages of one
// chunk leave in one write.
import net from 'node:net'
import { FrameReader, putLength, headerBytes } from './frames.mjs'

// More than the answers to a chunk, which libuv reads 64 KiB at a time.
const gatherBytes = 128 * 1024
// From here on a copy costs more than two more entries in the list that writev gets.
const largeBytes = 16 * 1024

// Shared by all peers: what one of them puts in leaves before its chunk is done with.
let gathered = Buffer.allocUnsafeSlow(gatherBytes)
let used = 0
let written = 0
let parts = []

class Peer {
  #socket
  #reader = new FrameReader(onMessage)

  constructor(socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('drain', () => socket.resume())
    socket.on('error', () => socket.destroy())
  }

  send(data) {
    const large = data.length >= largeBytes
    if (used + headerBytes + (large ? 0 : data.length) > gatherBytes) this.#flush()
    putLength(gathered, used, data.length)
    used += headerBytes
    if (large) {
      parts.push(gathered.subarray(written, used), data)
      written = used
    } else {
      gathered.set(data, used)
      used += data.length
    }
  }

  #read(chunk) {
    this.#reader.read(this, chunk)
    this.#flush()
    if (this.#socket.writableNeedDrain) this.#socket.pause()
  }

  #flush() {
    if (used > written) parts.push(gathered.subarray(written, used))
    if (parts.length > 1) this.#writeAll()
    else if (parts.length === 1) this.#socket.write(parts[0])
    // Nothing waits in the stream: the kernel has it all, and the memory is free again.
    if (this.#socket.writableLength > 0) gathered = Buffer.allocUnsafeSlow(gatherBytes)
    used = 0
    written = 0
    parts = []
  }

  #writeAll() {
    this.#socket.cork()
    for (const part of parts) this.#socket.write(part)
    this.#socket.uncork()
  }
}

function onMessage(peer, data) {
  peer.send(data)
}

const options = { noDelay: true, highWaterMark: 1024 * 1024 }
const server = net.createServer(options, (socket) => new Peer(socket))
server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  console.log(`listening ${server.address().port}`)
})
process.stdin.on('end', () => process.exit()).resume()
