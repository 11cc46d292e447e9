import { nextOf } from './helpers/records.js'
import { makeSocket, serve } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

const wrong = { code: 'ERR_MILLRACE_INVALID_OPTION' }

onEach('frames() tells events from messages that look the same', async (t, row) => {
  const server = await serve(t, row, { internals: { firstRoutingId: 0x0102_0304 } })
  const frames = server.socket.frames()
  const far = await server.connect()
  far.send(Buffer.of(1)).send(Buffer.of(0)).send('').send('text').end()
  const id = Buffer.of(1, 2, 3, 4)
  t.deepEqual(await nextOf(frames), [id, Buffer.of(1), 'connect', false])
  t.deepEqual(await nextOf(frames), [id, Buffer.of(1), 'message', false])
  t.deepEqual(await nextOf(frames), [id, Buffer.of(0), 'message', false])
  t.deepEqual(await nextOf(frames), [id, Buffer.alloc(0), 'message', false])
  t.deepEqual(await nextOf(frames), [id, Buffer.from('text'), 'message', false])
  t.deepEqual(await nextOf(frames), [id, Buffer.of(0), 'disconnect', false])
})

onEach('an echo in the two-part form: what frames() gives sendFrames() takes', async (t, row) => {
  const server = await serve(t, row)
  const echo = (async () => {
    for await (const frames of server.socket.frames())
      if (frames[2] === 'message') t.is(server.socket.sendFrames(frames), true)
  })()
  const far = await server.connect()
  for (const message of ['one', '', 'three']) {
    far.send(message)
    t.is((await far.next()).toString(), message)
  }
  await server.socket.close({ linger: 0 })
  await echo
})

onEach('sendFrames sends every payload as data, whatever its bytes are', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  const id = Buffer.alloc(4)
  id.writeUInt32BE(peer.routingId)
  for (const to of [id, peer.routingId]) {
    for (const payload of [Buffer.of(0), Buffer.of(1), Buffer.alloc(0)]) {
      t.is(server.socket.sendFrames([to, payload]), true)
      t.deepEqual(await far.next(), payload)
    }
  }
  t.true(peer.connected)
  t.is(server.socket.sendFrames([id, ['a', Buffer.from('b')]], { text: true }), true)
  t.is((await far.next()).toString(), 'ab')
})

onEach('sendFrames to an id that nobody has is no error, and counts', (t, row) => {
  const socket = makeSocket(t, row)
  t.is(socket.sendFrames([Buffer.of(255, 255, 255, 255), 'x']), null)
  t.is(socket.sendFrames([77, 'x']), null)
  t.is(socket.stats().droppedMessages, 2)
})

onEach('sendFrames refuses what is no id and what is no payload', (t, row) => {
  const socket = makeSocket(t, row)
  for (const id of [Buffer.alloc(3), Buffer.alloc(5), '1234', undefined, null, [0, 0, 0, 1], {}])
    t.throws(() => socket.sendFrames([id as never, 'x']), { ...wrong, instanceOf: TypeError })
  for (const id of [Buffer.alloc(4), 0, -1, 1.5, 2 ** 32, Number.NaN])
    t.throws(() => socket.sendFrames([id, 'x']), { ...wrong, instanceOf: RangeError })
  for (const payload of [5, undefined, null, {}, [5]])
    t.throws(() => socket.sendFrames([1, payload as never]), { ...wrong, instanceOf: TypeError })
  for (const frames of [undefined, null, 5, {}])
    t.throws(() => socket.sendFrames(frames as never), { ...wrong, instanceOf: TypeError })
})
