import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { until } from './helpers/events.js'
import { serve } from './helpers/sockets.js'
import { onEach, onEachSerially } from './helpers/transports.js'
import { startWatcher } from './helpers/watcher.js'

onEach('data changed right after send arrives as it was', async (t, row) => {
  const server = await serve(t, row, { maxBufferedBytes: 256 * 1024 * 1024 })
  const [far, peer] = await server.meet({ paused: true })
  const originals = [10, 1_000, 20_000, 100_000, 3_000_000, 6_000_000, 100, 50_000].map((size) =>
    randomBytes(size),
  )
  for (const original of originals) {
    const data = Buffer.from(original)
    peer.send(data)
    data.fill(0)
    const parts = [Buffer.from(original), Buffer.from(original)]
    peer.send(parts)
    parts.forEach((part) => part.fill(0))
  }
  far.resume()
  for (const original of originals) {
    t.true((await far.next()).equals(original))
    t.true((await far.next()).equals(Buffer.concat([original, original])))
  }
})

onEach('data transferred right after send arrives as it was', async (t, row) => {
  const server = await serve(t, row, { maxBufferedBytes: 256 * 1024 * 1024 })
  const [far, peer] = await server.meet({ paused: true })
  const originals = [10, 20_000, 5_000_000, 100_000].map((size) => randomBytes(size))
  for (const original of originals) {
    const data = Uint8Array.from(original)
    peer.send(data)
    structuredClone(data, { transfer: [data.buffer] })
    t.is(data.byteLength, 0)
  }
  far.resume()
  for (const original of originals) t.true((await far.next()).equals(original))
})

onEach('data changed while sendAsync waits arrives as it was', async (t, row) => {
  const server = await serve(t, row, { sendHighWaterMark: 65_536, maxBufferedBytes: 1_000_000 })
  const [far, peer] = await server.meet({ paused: true })
  const data = Buffer.alloc(100_000)
  const sent = Array.from({ length: 120 }, (_, i) => {
    data.fill(i)
    return peer.sendAsync(i % 2 ? data : [data])
  })
  data.fill(255)
  far.resume()
  for (let i = 0; i < sent.length; i++) t.true((await far.next()).equals(Buffer.alloc(100_000, i)))
  t.true((await Promise.all(sent)).every(Boolean))
})

onEach('the messages of one turn arrive as one chunk', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  for (let round = 1; round <= 5; round++) {
    for (let i = 0; i < 100; i++) server.socket.send(i % 2 ? peer : peer.routingId, 'message')
    await far.messages.atLeast(round * 100)
    t.deepEqual(
      far.chunkSizes,
      Array.from({ length: round }, () => 100 * (4 + 7)),
    )
  }
})

onEach(
  'answers to the messages of one batch arrive as one chunk, those after an await too',
  async (t, row) => {
    const server = await serve(t, row, {
      message: async (peer, data) => {
        peer.send(data)
        await Promise.resolve()
        peer.send(data)
      },
    })
    const far = await server.connect()
    far.sendRaw(Buffer.from('\0\0\0\x01a'.repeat(200)))
    await far.messages.atLeast(400)
    t.is(far.chunkSizes.length, 1)
  },
)

onEach('messages of a timer, of an immediate and of a microtask leave by themselves', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  setTimeout(() => peer.send('timer'), 5)
  await until(() => far.messages.all.length === 1, 'from a timer')
  await setImmediate()
  peer.send('immediate')
  await until(() => far.messages.all.length === 2, 'from an immediate')
  process.nextTick(() => peer.send('tick'))
  await until(() => far.messages.all.length === 3, 'from a tick')
  t.pass()
})

onEachSerially('flush sends at once, without it a message waits for the end of the turn', async (t, row) => {
  const server = await serve(t, row)
  const watcher = await startWatcher(server.where)
  t.teardown(() => watcher.stop())
  await until(() => server.socket.peers.size === 1, 'the watcher connects')
  const peer = [...server.socket.peers.values()][0]!
  peer.send('waits')
  t.is(watcher.waitFor(9, 200), 0)
  t.true(peer.bufferedBytes > 0)
  peer.flush()
  t.is(watcher.waitFor(9, 20_000), 9)
  t.is(peer.bufferedBytes, 0)
  peer.send('again')
  server.socket.flush()
  t.is(watcher.waitFor(18, 20_000), 18)
})
