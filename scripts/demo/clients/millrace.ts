import { StreamSocket } from '../../../ts/index.js'
import type { Client, Connection, Events } from './client.js'

async function open(endpoint: string, events: Events): Promise<Connection> {
  let closing = false
  const socket = new StreamSocket({
    message: (_peer, data) => events.message(data),
    disconnect: (_peer, reason) => closing || events.ended(`${reason.code}: ${reason.message}`),
  })
  const peer = await socket.connect(endpoint, { maxMessageSize: 0xffff_ffff })
  return {
    send: (message) => peer.send(message) === true,
    drained: () => peer.drained(),
    close: async () => {
      closing = true
      await socket.close()
    },
  }
}

export const millraceClient: Client = { name: 'millrace', connect: open }
