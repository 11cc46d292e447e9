import { randomBytes } from 'node:crypto'
import { deferred, within } from './helpers/events.js'
import { framed } from './helpers/frames.js'
import { farServer, makeSocket, serve } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

const sizes = [0, 1, 2, 3, 4, 5, 127, 128, 255, 256, 65_535, 65_536, 65_537, 200_000]

onEach('a message is its length in four bytes, big-endian, and its bytes', async (t, row) => {
  const seen = deferred<Buffer>()
  const far = await farServer(t, row)
  const socket = makeSocket(t, row)
  const peer = await socket.connect(far.endpoint)
  const end = await far.accept()
  end.socket.removeAllListeners('data').on('data', (bytes: Buffer) => seen.resolve(bytes))
  peer.send(Buffer.alloc(258, 7))
  const bytes = await within(seen.promise, 'the bytes arrive')
  t.deepEqual(bytes, Buffer.concat([Buffer.from([0, 0, 1, 2]), Buffer.alloc(258, 7)]))
})

onEach('nothing is sent before the first message, by neither side', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  peer.send('')
  t.deepEqual(await far.next(), Buffer.alloc(0))
  t.deepEqual(far.chunkSizes, [4])
})

onEach('messages follow each other without anything between them', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  for (const each of ['a', '', 'bcd']) peer.send(each)
  t.deepEqual([await far.next(), await far.next(), await far.next()].map(String), ['a', '', 'bcd'])
  t.is(
    far.chunkSizes.reduce((sum, each) => sum + each),
    3 * 4 + 4,
  )
  t.is(far.rest, 0)
})

onEach('messages of every size near a border arrive and return unchanged', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send(data) })
  const far = await server.connect()
  const sent = sizes.map((size) => randomBytes(size))
  sent.forEach((each) => far.send(each))
  for (const each of sent) t.true((await far.next()).equals(each))
})

onEach('a stream cut into single bytes is put together again', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send(data) })
  const far = await server.connect()
  const sent = ['', 'x', 'a longer message', '']
  for (const byte of Buffer.concat(sent.map(framed))) {
    far.sendRaw(Buffer.of(byte))
    await far.flushed()
  }
  for (const each of sent) t.is((await far.next()).toString(), each)
})

onEach('every cut of a stream in two gives the same messages', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send(data) })
  const sent = ['', 'x', 'abcdefg', '']
  const stream = Buffer.concat(sent.map(framed))
  for (let cut = 0; cut <= stream.length; cut++) {
    const far = await server.connect()
    far.sendRaw(stream.subarray(0, cut))
    await far.flushed()
    await new Promise((resolve) => setTimeout(resolve, 2))
    far.sendRaw(stream.subarray(cut))
    for (const each of sent) t.is((await far.next()).toString(), each, `cut at ${cut}`)
    await far.finish()
  }
})

onEach('many messages in one chunk are told apart', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send(data) })
  const far = await server.connect()
  const count = 5_000
  far.sendRaw(Buffer.concat(Array.from({ length: count }, (_, i) => framed(String(i)))))
  for (let i = 0; i < count; i++) t.is((await far.next()).toString(), String(i))
})
