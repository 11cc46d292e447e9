import { setTimeout as delay } from 'node:timers/promises'
import { quiet, until, within } from './helpers/events.js'
import { block, flood } from './helpers/flooder.js'
import { framed } from './helpers/frames.js'
import { collectGarbage } from './helpers/memory.js'
import { serve } from './helpers/sockets.js'
import { onEachSerially } from './helpers/transports.js'

const KiB = 1024
const MiB = 1024 * KiB

onEachSerially(
  'empty messages of 20 peers while JavaScript is blocked cost no more than the marks, and none is lost',
  async (t, row) => {
    let got = 0
    const server = await serve(t, row, {
      message: () => {
        got++
      },
    })
    const before = process.memoryUsage.rss()
    const times = 40
    const bytes = Buffer.alloc(4 * 1_000)
    const stop = await flood(server.where, { connections: 20, bytes, times })
    t.teardown(stop)
    for (let i = 0; i < 5; i++) {
      block(200)
      const grown = process.memoryUsage.rss() - before
      t.true(grown < 160 * MiB, `${Math.round(grown / MiB)} MiB more`)
      await delay(1)
    }
    await until(() => got === 20 * times * 1_000, 'all arrive', 60_000)
  },
)

onEachSerially(
  'a thousand peers against a consumer that takes its time: all is delivered',
  async (t, row) => {
    const server = await serve(t, row, {
      receiveHighWaterMark: 8 * KiB,
      totalReceiveHighWaterMark: 256 * KiB,
    })
    const stop = await flood(server.where, {
      connections: 1_000,
      bytes: framed(Buffer.alloc(1_000, 'x')),
      times: 20,
    })
    t.teardown(stop)
    let messages = 0
    for await (const batch of server.socket.batches()) {
      for (const record of batch) if (record.type === 'message') messages++
      const { messagesIn } = server.socket.stats()
      t.true((messagesIn - messages) * 1_128 <= 256 * KiB + 1_000 * (4 * KiB + 1_128))
      if (messages === 20_000) break
      await delay(2)
    }
    t.is(messages, 20_000)
  },
)

onEachSerially(
  'two hundred peers that never read are ended by their queues, and others are served',
  async (t, row) => {
    const server = await serve(t, row, {
      maxBufferedBytes: 256 * KiB,
      maxTotalBufferedBytes: 16 * MiB,
      message: (peer, data) => void peer.send(data),
    })
    const deaf = await Promise.all(Array.from({ length: 200 }, () => server.connect({ paused: true })))
    const answer = Buffer.alloc(64 * KiB)
    for (let i = 0; i < 100; i++) {
      for (const peer of server.socket.peers.values()) peer.send(answer)
      t.true(server.socket.stats().queuedBytes <= 16 * MiB + 64 * KiB + 132)
      await delay(1)
    }
    await until(() => server.socket.peers.size === 0, 'all are gone')
    const far = await server.connect()
    far.send('served')
    t.is(String(await far.next()), 'served')
    deaf.forEach((each) => each.destroy())
  },
)

onEachSerially(
  'peers that come, send, leave and come again while nobody takes cost what the marks allow',
  async (t, row) => {
    const server = await serve(t, row, { totalReceiveHighWaterMark: MiB })
    const message = framed(Buffer.alloc(16 * KiB, 'x'))
    for (let round = 0; round < 300; round++) {
      const far = await server.connect()
      far.sendRaw(message).end()
    }
    await quiet(300)
    const { bytesIn } = server.socket.stats()
    // Each peer may bring one message above the mark, as long as the connection is there to be read.
    t.true(bytesIn <= 300 * 16 * KiB)
    await collectGarbage()
    let messages = 0
    for await (const record of server.socket) {
      if (record.type === 'message' && ++messages === 300) break
    }
    await within(server.socket.close({ linger: 0 }), 'close')
  },
)
