import { StreamSocket, type Peer, type StreamSocketOptions } from '../../ts/index.js'

type Take<D> = (peer: Peer<D>, data: Buffer) => void

/** How a server takes messages: each makes a socket whose messages all go to `take`. */
export const ways = {
  handler: <D>(options: StreamSocketOptions<D>, take: Take<D>) =>
    new StreamSocket<D>({ ...options, message: take }),
  listener: <D>(options: StreamSocketOptions<D>, take: Take<D>) => {
    const socket = new StreamSocket<D>(options)
    socket.on('message', take)
    return socket
  },
  iterator: <D>(options: StreamSocketOptions<D>, take: Take<D>) => {
    const socket = new StreamSocket<D>(options)
    void (async () => {
      for await (const record of socket) if (record.type === 'message') take(record.peer, record.data)
    })()
    return socket
  },
  batches: <D>(options: StreamSocketOptions<D>, take: Take<D>) => {
    const socket = new StreamSocket<D>(options)
    void (async () => {
      for await (const records of socket.batches())
        for (const record of records) if (record.type === 'message') take(record.peer, record.data)
    })()
    return socket
  },
  peers: <D>(options: StreamSocketOptions<D>, take: Take<D>) => {
    const socket = new StreamSocket<D>(options)
    const consume = async (peer: Peer<D>): Promise<void> => {
      for await (const data of peer) take(peer, data)
    }
    socket.on('connect', (peer) => void consume(peer))
    return socket
  },
  receive: <D>(options: StreamSocketOptions<D>, take: Take<D>) => {
    const socket = new StreamSocket<D>(options)
    const consume = async (peer: Peer<D>): Promise<void> => {
      for (;;) {
        const record = await peer.receive()
        if (!record) return
        take(peer, record.data)
      }
    }
    socket.on('connect', (peer) => void consume(peer))
    return socket
  },
} as const

export type Way = keyof typeof ways
