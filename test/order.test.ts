import type { Peer } from '../ts/index.js'
import { until } from './helpers/events.js'
import type { FarEnd } from './helpers/far-end.js'
import { isNumbered, numbered } from './helpers/numbered.js'
import { makeSocket, serve } from './helpers/sockets.js'
import { onEachSerially } from './helpers/transports.js'

/** Counts what arrives on one connection, and what does not belong there. */
class Checked {
  count = 0
  wrong = 0
  readonly #stream: number

  constructor(stream: number) {
    this.#stream = stream
  }

  readonly take = (data: Buffer): void => {
    if (!isNumbered(data, this.#stream, this.count)) this.wrong++
    this.count++
  }
}

/** Sends the messages of one stream, never more than the far end's queue takes. */
async function stream(far: FarEnd, index: number, count: number): Promise<void> {
  for (let sequence = 0; sequence < count; sequence++) {
    far.send(numbered(index, sequence))
    if (far.socket.writableNeedDrain) await new Promise((resolve) => far.socket.once('drain', resolve))
    else if (sequence % 50 === 49) await new Promise(setImmediate)
  }
}

onEachSerially(
  'foreign peers: many connections, every size, none lost, duplicated or reordered',
  async (t, row) => {
    const connections = 60
    const messages = 3_000
    const arrived = new Map<Peer, Checked>()
    const server = await serve(t, row, {
      message(peer, data) {
        arrived.get(peer)!.take(data)
        peer.send(data)
      },
      maxBufferedBytes: 256 * 1024 * 1024,
    })
    const returned: Checked[] = []
    const sending: Promise<void>[] = []
    for (let index = 0; index < connections; index++) {
      const [far, peer] = await server.meet()
      const back = new Checked(index)
      arrived.set(peer, new Checked(index))
      returned.push(back)
      far.onMessage = back.take
      sending.push(stream(far, index, messages))
    }
    await Promise.all(sending)
    await until(() => returned.every(({ count }) => count >= messages), 'every answer arrives')
    for (const each of [...arrived.values(), ...returned])
      t.deepEqual([each.count, each.wrong], [messages, 0])
    t.is(server.socket.stats().messagesIn, connections * messages)
    t.is(server.socket.stats().messagesOut, connections * messages)
  },
)

onEachSerially('two sockets: answers of handlers that await in between keep their order', async (t, row) => {
  const connections = 40
  const messages = 3_000
  const server = await serve(t, row, {
    sendHighWaterMark: 100_000,
    receiveHighWaterMark: 100_000,
    message: async (peer, data) => {
      await peer.sendAsync(data)
    },
  })
  const returned = new Map<Peer, Checked>()
  const client = makeSocket(t, row, {
    sendHighWaterMark: 50_000,
    message: (peer, data) => returned.get(peer)!.take(data),
  })
  const peers = await Promise.all(
    Array.from({ length: connections }, () => client.connect(server.listener.endpoint)),
  )
  peers.forEach((peer, index) => returned.set(peer, new Checked(index)))
  const send = async (peer: Peer, index: number): Promise<void> => {
    for (let sequence = 0; sequence < messages; sequence++) {
      if (!(await peer.sendAsync(numbered(index, sequence)))) throw new Error('the peer has gone')
    }
  }
  await Promise.all(peers.map(send))
  await until(() => [...returned.values()].every(({ count }) => count >= messages), 'every answer arrives')
  for (const each of returned.values()) t.deepEqual([each.count, each.wrong], [messages, 0])
})
