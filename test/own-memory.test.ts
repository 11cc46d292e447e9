import type { Peer } from '../ts/index.js'
import { until } from './helpers/events.js'
import { nextOf } from './helpers/records.js'
import { serve } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

const sizes = [0, 1, 100, 16 * 1024, 16 * 1024 + 1, 200_000]

onEach('with isolateData every message has memory of its own, and may be transferred', async (t, row) => {
  const server = await serve(t, row, { isolateData: true })
  const far = await server.connect()
  sizes.forEach((size, i) => far.send(Buffer.alloc(size, i + 1)))
  const memories = new Set<ArrayBufferLike>()
  const kept: Buffer[] = []
  for await (const record of server.socket) {
    if (record.type !== 'message') continue
    const { buffer, byteLength } = record.data
    t.is(buffer.byteLength, byteLength)
    memories.add(buffer)
    if (kept.push(record.data) === sizes.length) break
  }
  t.is(memories.size, sizes.length)
  const gone = structuredClone(kept[1], { transfer: [kept[1]!.buffer as ArrayBuffer] })
  t.deepEqual([gone?.length, kept[1]!.length], [1, 0])
  kept.slice(2).forEach((data, i) => t.true(data.equals(Buffer.alloc(data.length, i + 3))))
})

onEach(
  "without it small messages share memory, and each is the application's all the same",
  async (t, row) => {
    const server = await serve(t, row)
    const [far, peer] = await server.meet()
    far.send('one').send('two')
    const messages = peer[Symbol.asyncIterator]()
    const [one, two] = [await nextOf(messages), await nextOf(messages)]
    t.is(one.buffer, two.buffer)
    one.fill('x')
    far.send('three')
    t.deepEqual([two.toString(), (await nextOf(messages)).toString()], ['two', 'three'])
    t.is(one.toString(), 'xxx')
  },
)

onEach('with transientData the handler gets every message, valid while it runs', async (t, row) => {
  let good = 0
  const server = await serve(t, row, {
    transientData: true,
    message(peer: Peer, data: Buffer) {
      if (data.equals(Buffer.alloc(data.length, data.length))) good++
      peer.send(data)
    },
  })
  const far = await server.connect()
  for (const size of sizes) far.send(Buffer.alloc(size, size))
  for (const size of sizes) t.is((await far.next()).length, size)
  t.is(good, sizes.length)
})

onEach('with transientData a listener is a consumer, and nothing is iterated or received', async (t, row) => {
  const refused = { code: 'ERR_MILLRACE_INVALID_OPTION', message: /transientData/ }
  const server = await serve(t, row, { transientData: true })
  const { socket } = server
  const [far, peer] = await server.meet()
  t.throws(() => socket[Symbol.asyncIterator](), refused)
  t.throws(() => socket.batches(), refused)
  t.throws(() => socket.frames(), refused)
  t.throws(() => peer[Symbol.asyncIterator](), refused)
  t.throws(() => peer.records(), refused)
  await t.throwsAsync(peer.receive(), refused)
  const heard: string[] = []
  socket.on('message', (_peer, data) => heard.push(data.toString()))
  far.send('heard')
  await until(() => heard.length === 1, 'the listener hears it')
})
