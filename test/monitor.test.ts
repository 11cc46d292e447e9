import type { MonitorEvent } from '../ts/index.js'
import { Collected, until, within } from './helpers/events.js'
import { fill } from './helpers/fill.js'
import { farServer, makeSocket, serve } from './helpers/sockets.js'
import { uncaught } from './helpers/uncaught.js'
import { onEach, onEachSerially, remoteOf, whereOf } from './helpers/transports.js'
import { header } from './helpers/frames.js'
import type { StreamSocket } from '../ts/index.js'

function watch(socket: StreamSocket): Collected<MonitorEvent> {
  const events = new Collected<MonitorEvent>()
  socket.on('monitor', events.add)
  return events
}

onEach('the life of a server and its connection as monitor events', async (t, row) => {
  const socket = makeSocket(t, row)
  const events = watch(socket)
  const listener = await socket.bind(row.endpoint)
  const { endpoint } = listener
  t.deepEqual(events.all, [{ type: 'listening', endpoint }])

  const far = await row.connect(whereOf(listener))
  const where = { endpoint, ...remoteOf(far.port), routingId: 1 }
  t.deepEqual((await events.atLeast(2))[1], { type: 'accepted', ...where })
  await far.finish()
  const gone = (await events.atLeast(3))[2]
  const reason = {
    code: 'PEER_CLOSED',
    message: 'the peer closed the connection',
    truncated: false,
    willReconnect: false,
  }
  t.deepEqual(gone, { type: 'disconnected', reason, ...where })

  await socket.close()
  t.deepEqual(events.all.slice(3), [{ type: 'closed', endpoint }])
})

onEach('connecting is reported with the endpoint and the address', async (t, row) => {
  const far = await farServer(t, row)
  const socket = makeSocket(t, row)
  const events = watch(socket)
  const peer = await socket.connect(far.endpoint, { routingId: 9 })
  const where = { endpoint: far.endpoint, ...remoteOf(far.port), routingId: 9 }
  t.deepEqual(events.all, [{ type: 'connected', ...where }])
  const ended = peer.close()
  ;(await far.accept()).end()
  await within(ended, 'close')
  t.like((await events.atLeast(2))[1], { type: 'disconnected', ...where, reason: { code: 'LOCAL_CLOSED' } })
})

onEach('a connection that breaks a rule or is reset is reported with the reason', async (t, row) => {
  const server = await serve(t, row, { maxMessageSize: 4 })
  const events = watch(server.socket)
  const [tooLong] = await server.meet()
  tooLong.sendRaw(header(5)).end()
  const [reset] = await server.meet()
  reset.reset()
  await until(() => events.all.filter((event) => event.type === 'disconnected').length === 2, 'both are gone')
  const codes = events.all.flatMap((event) => (event.type === 'disconnected' ? [event.reason.code] : []))
  t.deepEqual(codes.sort(), ['EMSGSIZE', row.resetCode].sort())
})

onEach('dropped messages are reported with their bytes', async (t, row) => {
  const server = await serve(t, row, { maxBufferedBytes: 1000, onBufferFull: 'drop' })
  const events = watch(server.socket)
  const [far, peer] = await server.meet({ paused: true })
  const data = Buffer.alloc(256 * 1024)
  while (peer.send(data) !== null);
  t.like(events.all.at(-1), { type: 'dropped', bytes: data.length, routingId: peer.routingId })
  t.is(peer.stats().droppedMessages, 1)
  t.is(server.socket.stats().droppedMessages, 1)
  far.destroy()
})

onEachSerially('a monitor listener that throws harms nothing else', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send(data) })
  const thrown = uncaught(t)
  server.socket.once('monitor', () => {
    throw new Error('of the monitor')
  })
  const far = await server.connect()
  far.send('all the same')
  t.is(String(await far.next()), 'all the same')
  t.deepEqual(thrown.all, ['of the monitor'])
})

onEach('stats count messages and bytes of a peer and of the socket', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send([data, data]) })
  const [far, peer] = await server.meet()
  const [other, otherPeer] = await server.meet()
  for (const text of ['', 'four', '123456']) {
    far.send(text)
    t.is(String(await far.next()), text + text)
  }
  other.send('abc')
  await other.next()
  const none = { queuedBytes: 0, droppedMessages: 0 }
  t.deepEqual(peer.stats(), { messagesIn: 3, messagesOut: 3, bytesIn: 10, bytesOut: 20, ...none })
  t.deepEqual(otherPeer.stats(), { messagesIn: 1, messagesOut: 1, bytesIn: 3, bytesOut: 6, ...none })
  t.like(server.socket.stats(), {
    connections: 2,
    messagesIn: 4,
    messagesOut: 4,
    bytesIn: 13,
    bytesOut: 26,
    refused: 0,
    ...none,
  })

  await far.finish()
  await until(() => !peer.connected, 'one is gone')
  t.like(server.socket.stats(), { connections: 1, messagesIn: 4, bytesOut: 26 })
  t.is(peer.stats().messagesIn, 0)
})

onEach('queued bytes are counted with their charge and are gone with the peer', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet({ paused: true })
  await fill(peer, Buffer.alloc(1024 * 1024))
  const before = peer.bufferedBytes
  t.true(before > 0)
  peer.send('x'.repeat(100))
  const charge = peer.bufferedBytes - before
  t.true(charge >= 100 && charge <= 100 + 4 + 128, `${charge}`)
  t.is(peer.stats().queuedBytes, before + charge)
  t.is(server.socket.stats().queuedBytes, before + charge)
  peer.destroy()
  await within(peer.closed, 'the peer is gone')
  t.is(server.socket.stats().queuedBytes, 0)
  t.is(peer.bufferedBytes, 0)
  far.destroy()
})

onEach('messages to nobody are counted as dropped', async (t, row) => {
  const socket = makeSocket(t, row)
  t.is(socket.send(5, 'nobody'), null)
  t.false(await socket.sendAsync(0xffff_ffff, 'nobody'))
  t.is(socket.stats().droppedMessages, 2)
})
