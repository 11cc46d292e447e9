// A foreign client: nothing of millrace, only node:net and framing by hand.

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Client, Connection, Events } from './client.js'
import { LengthFrames } from './length-frames.js'

const headerBytes = 4

function send(socket: Socket, message: Buffer): boolean {
  const header = Buffer.allocUnsafe(headerBytes)
  header.writeUInt32BE(message.length)
  socket.write(header)
  return socket.write(message)
}

/** What is written while a chunk is taken apart leaves together. */
function receive(socket: Socket, frames: LengthFrames, chunk: Buffer): void {
  socket.cork()
  frames.push(chunk)
  socket.uncork()
}

async function open(endpoint: string, events: Events): Promise<Connection> {
  const { protocol, hostname, port, pathname } = new URL(endpoint)
  const socket = connect(
    protocol === 'ipc:' ? { path: pathname } : { host: hostname, port: Number(port), noDelay: true },
  )
  await once(socket, 'connect')
  let closing = false
  const frames = new LengthFrames((data) => events.message(data))
  socket.on('data', (chunk) => receive(socket, frames, chunk))
  socket.on('error', (error) => events.ended(error.message))
  socket.on('close', () => closing || events.ended('the server closed the connection'))
  return {
    send: (message) => send(socket, message),
    drained: async () => {
      if (socket.writableNeedDrain) await once(socket, 'drain')
    },
    close: async () => {
      closing = true
      socket.end()
      await once(socket, 'close')
    },
  }
}

export const netClient: Client = { name: 'node:net', connect: open }
