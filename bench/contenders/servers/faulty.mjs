// node faulty.mjs <fault>: an echo that does the hundredth message of each connection wrong, to show that the client
// notices.
import net from 'node:net'
import { FrameReader, headerBytes, putLength } from './frames.mjs'

function frame(data) {
  const bytes = Buffer.alloc(headerBytes + data.length)
  putLength(bytes, 0, data.length)
  bytes.set(data, headerBytes)
  return bytes
}

function corrupted(data) {
  const bytes = frame(data)
  bytes[bytes.length - 1] ^= 1
  return bytes
}

function elongated(data) {
  const bytes = frame(data)
  putLength(bytes, 0, data.length + 1)
  return bytes
}

const faults = {
  corrupt: (peer, data) => peer.socket.write(corrupted(data)),
  drop: () => undefined,
  duplicate: (peer, data) => peer.socket.write(Buffer.concat([frame(data), frame(data)])),
  // Kept back until the next one has gone.
  swap: (peer, data) => (peer.kept = data),
  foreign: (peer, data) => [...peers].find((other) => other !== peer).socket.write(frame(data)),
  length: (peer, data) => peer.socket.write(elongated(data)),
  close: (peer) => peer.socket.destroy(),
}

const fault = faults[process.argv[2]]
const peers = new Set()

function onMessage(peer, data) {
  peer.count += 1
  if (peer.count === 100) return fault(peer, data)
  peer.socket.write(frame(data))
  if (peer.kept !== undefined) peer.socket.write(frame(peer.kept))
  peer.kept = undefined
}

const server = net.createServer((socket) => {
  const peer = { socket, count: 0, kept: undefined }
  peers.add(peer)
  const reader = new FrameReader(onMessage)
  socket.on('data', (chunk) => reader.read(peer, chunk))
  socket.on('error', () => socket.destroy())
})
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))
process.stdin.on('end', () => process.exit()).resume()
