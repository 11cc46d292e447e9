import type { Peer } from '../ts/index.js'
import { until, within } from './helpers/events.js'
import { farServer, makeSocket, serve } from './helpers/sockets.js'
import { onEach, onTcp } from './helpers/transports.js'

const last = 0xffff_ffff
const invalid = { code: 'ERR_MILLRACE_INVALID_OPTION' }

onEach('ids begin at 1 and go up, for connections accepted and made alike', async (t, row) => {
  const far = await farServer(t, row)
  const server = await serve(t, row)
  const ids: number[] = []
  server.socket.on('connect', (peer) => ids.push(peer.routingId))
  await server.meet()
  await server.socket.connect(far.endpoint)
  await server.meet()
  t.deepEqual(ids, [1, 2, 3])
  t.deepEqual([...server.socket.peers.keys()], [1, 2, 3])
})

onEach('each socket counts for itself', async (t, row) => {
  for (let i = 0; i < 2; i++) {
    const server = await serve(t, row)
    const [, peer] = await server.meet()
    t.is(peer.routingId, 1)
  }
})

onEach('an id is not given out again when its peer is gone', async (t, row) => {
  const server = await serve(t, row)
  const [far, first] = await server.meet()
  far.end()
  await within(first.closed, 'the first is gone')
  const [, second] = await server.meet()
  t.is(second.routingId, 2)
})

onEach('after the last id comes 1, never 0', async (t, row) => {
  const server = await serve(t, row, {
    internals: { firstRoutingId: last },
    message: (peer, data) => void peer.send(data),
  })
  for (const id of [last, 1, 2]) {
    const [far, peer] = await server.meet()
    t.is(peer.routingId, id)
    t.is(server.socket.peers.get(id), peer)
    t.is(server.socket.send(id, 'to you'), true)
    t.is((await far.next()).toString(), 'to you')
    far.send('and back')
    t.is((await far.next()).toString(), 'and back')
  }
})

onEach('after wrapping, ids in use are skipped, chosen ones and old ones alike', async (t, row) => {
  const far = await farServer(t, row)
  const server = await serve(t, row, { internals: { firstRoutingId: last - 1 } })
  for (const routingId of [last, 1, 3]) await server.socket.connect(far.endpoint, { routingId })
  const ids: number[] = []
  for (let i = 0; i < 4; i++) ids.push((await server.meet())[1].routingId)
  t.deepEqual(ids, [last - 1, 2, 4, 5])
})

onEach('an id that a pending connect has chosen is skipped too', async (t, row) => {
  const far = await farServer(t, row)
  const socket = makeSocket(t, row)
  const chosen = socket.connect(far.endpoint, { routingId: 2 })
  const peers = await Promise.all([chosen, socket.connect(far.endpoint), socket.connect(far.endpoint)])
  t.deepEqual(
    peers.map((peer) => peer.routingId),
    [2, 1, 3],
  )
})

onEach('connecting takes the id of choice, and refuses one in use', async (t, row) => {
  const far = await farServer(t, row)
  const socket = makeSocket(t, row)
  const peer = await socket.connect(far.endpoint, { routingId: 77 })
  t.is(peer.routingId, 77)
  await t.throwsAsync(socket.connect(far.endpoint, { routingId: 77 }), {
    code: 'ERR_MILLRACE_ROUTING_ID_IN_USE',
  })
  const end = await far.accept()
  end.end()
  await within(peer.closed, 'the end')
  t.is((await socket.connect(far.endpoint, { routingId: 77 })).routingId, 77)
})

// Ended by a reset, which does not wait for the messages to be taken as an orderly end does.
onTcp('an id is in use as long as messages of its peer wait', async (t, row) => {
  const far = await farServer(t, row)
  const socket = makeSocket(t, row)
  const first = await socket.connect(far.endpoint, { routingId: 9 })
  const end = (await far.accept()).send('waits')
  await until(() => socket.stats().messagesIn === 1, 'the message arrives')
  end.reset()
  await until(() => socket.stats().connections === 0, 'the connection ends')
  await t.throwsAsync(socket.connect(far.endpoint, { routingId: 9 }), {
    code: 'ERR_MILLRACE_ROUTING_ID_IN_USE',
  })
  const got: [Peer, string][] = []
  socket.on('message', (peer, data) => got.push([peer, data.toString()]))
  await within(first.closed, 'the first is gone')
  t.deepEqual(got, [[first, 'waits']])
  t.is((await socket.connect(far.endpoint, { routingId: 9 })).routingId, 9)
})

onEach('a failed connect gives its id back', async (t, row) => {
  const gone = await farServer(t, row)
  const { endpoint } = gone
  await gone.close()
  const socket = makeSocket(t, row)
  await t.throwsAsync(socket.connect(endpoint, { routingId: 5 }), { code: row.nobodyCode })
  const far = await farServer(t, row)
  t.is((await socket.connect(far.endpoint, { routingId: 5 })).routingId, 5)
})

onEach('the Peer of a connection that is gone does nothing to a later one with its id', async (t, row) => {
  const far = await farServer(t, row)
  const socket = makeSocket(t, row)
  const old = await socket.connect(far.endpoint, { routingId: 4 })
  const first = await far.accept()
  first.end()
  await within(old.closed, 'the first is gone')
  const now = await socket.connect(far.endpoint, { routingId: 4 })
  const second = await far.accept()
  const dropped = socket.stats().droppedMessages
  t.is(old.send('to the old one'), null)
  t.is(socket.send(old, 'to the old one'), null)
  t.false(await old.sendAsync('to the old one'))
  t.is(socket.stats().droppedMessages, dropped + 3)
  now.send('to the new one')
  t.is((await second.next()).toString(), 'to the new one')
  old.flush()
  t.is(old.stats().messagesOut, 0)
  t.is(old.localPort, undefined)
  old.destroy()
  await within(old.close(), 'close of the old one')
  await within(socket.disconnect(old), 'disconnect of the old one')
  t.true(now.connected)
  now.send('still here')
  t.is((await second.next()).toString(), 'still here')
})

onEach('an id outside 1..2^32-1 is a RangeError', async (t, row) => {
  const socket = makeSocket(t, row)
  for (const id of [0, -1, last + 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    t.throws(() => socket.send(id, 'x'), { instanceOf: RangeError, ...invalid }, String(id))
    await t.throwsAsync(socket.sendAsync(id, 'x'), { instanceOf: RangeError, ...invalid })
    await t.throwsAsync(socket.disconnect(id), { instanceOf: RangeError, ...invalid })
    await t.throwsAsync(socket.connect('tcp://127.0.0.1:1', { routingId: id }), {
      instanceOf: RangeError,
      ...invalid,
    })
  }
})

onEach('an id that nobody has: send returns null and counts, disconnect resolves', async (t, row) => {
  const socket = makeSocket(t, row)
  for (const id of [1, 2, last]) {
    t.is(socket.send(id, 'x'), null)
    t.is(socket.send(id, Buffer.alloc(10)), null)
    t.is(socket.send(id, ['a', 'b']), null)
    t.false(await socket.sendAsync(id, 'x'))
    await within(socket.disconnect(id), 'disconnect')
  }
  t.is(socket.stats().droppedMessages, 12)
})

onEach('a peer that is gone: send returns null and counts, everything else is harmless', async (t, row) => {
  const server = await serve(t, row, { message: () => undefined })
  const [far, peer] = await server.meet()
  far.end()
  await within(peer.closed, 'gone')
  t.is(peer.send('x'), null)
  t.is(server.socket.send(peer, 'x'), null)
  t.is(server.socket.send(peer.routingId, 'x'), null)
  t.false(await peer.sendAsync('x'))
  t.is(server.socket.stats().droppedMessages, 4)
  peer.flush()
  await within(peer.drained(), 'drained')
  await within(peer.close(), 'close')
  peer.destroy()
  t.is(peer.bufferedBytes, 0)
  t.false(peer.connected)
})
