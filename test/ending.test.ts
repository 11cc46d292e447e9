import type { DisconnectReason } from '../ts/index.js'
import { Collected, deferred, quiet, turns, until, within } from './helpers/events.js'
import type { FarEnd } from './helpers/far-end.js'
import { framed, header } from './helpers/frames.js'
import { farServer, makeSocket, serve } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

const MiB = 1024 * 1024

function reasons(): {
  all: Collected<DisconnectReason>
  disconnect: (peer: unknown, reason: DisconnectReason) => void
} {
  const all = new Collected<DisconnectReason>()
  return { all, disconnect: (_peer, reason) => all.add(reason) }
}

/** The far end ends as soon as it is told to. */
function answerEnd(far: FarEnd): void {
  void far.ended.then(() => void far.end())
}

/** Everything that a reason says, on a transport that has no close codes. */
function plain(reason: DisconnectReason): object {
  const { message, ...rest } = reason
  return { ...rest, explained: message.length > 0 }
}

const told = (code: string, truncated = false): object => ({
  code,
  truncated,
  willReconnect: false,
  explained: true,
})

onEach('the reason tells that the peer ended', async (t, row) => {
  const { all, disconnect } = reasons()
  const server = await serve(t, row, { disconnect, message: () => undefined })
  const first = await server.connect()
  first.end()
  t.deepEqual(plain(await all.next()), told('PEER_CLOSED'))
  const second = await server.connect()
  second.sendRaw(framed('abc').subarray(0, 5)).end()
  t.deepEqual(plain(await all.next()), told('PEER_CLOSED', true))
})

onEach('the reason tells that the peer reset the connection', async (t, row) => {
  const { all, disconnect } = reasons()
  const server = await serve(t, row, { disconnect, message: () => undefined })
  const [whole] = await server.meet()
  whole.reset()
  t.deepEqual(plain(await all.next()), told(row.resetCode))
  const [part] = await server.meet()
  part.send('x').sendRaw(header(1000))
  await until(() => server.socket.stats().messagesIn === 1, 'the message arrives')
  await quiet()
  part.reset()
  t.deepEqual(plain(await all.next()), told(row.resetCode, true))
})

onEach(
  'the reason tells that this side ended: by close, disconnect, destroy or the socket',
  async (t, row) => {
    const { all, disconnect } = reasons()
    const server = await serve(t, row, { disconnect })
    const [first, closed] = await server.meet()
    const [second, disconnected] = await server.meet()
    const [third, destroyed] = await server.meet()
    const [fourth] = await server.meet()
    for (const far of [first, second, third, fourth]) answerEnd(far)
    await closed.close()
    await server.socket.disconnect(disconnected.routingId)
    destroyed.destroy()
    await server.socket.close()
    t.is(all.all.length, 4)
    for (const each of all.all) t.deepEqual(plain(each), told('LOCAL_CLOSED'))
  },
)

onEach('the reason tells that the announced length is over the limit', async (t, row) => {
  const { all, disconnect } = reasons()
  const server = await serve(t, row, { disconnect, maxMessageSize: 100 })
  const far = await server.connect()
  far.sendRaw(header(101))
  answerEnd(far)
  t.deepEqual(plain(await all.next()), told('EMSGSIZE'))
})

onEach('peer.closed settles with the reason of the event, early and late', async (t, row) => {
  const { all, disconnect } = reasons()
  const server = await serve(t, row, { disconnect, message: () => undefined })
  const [far, peer] = await server.meet()
  const early = peer.closed
  far.end()
  const reason = await all.next()
  t.is(await within(early, 'closed'), reason)
  t.is(await within(peer.closed, 'closed'), reason)
  t.false(peer.connected)
  t.is(server.socket.peers.size, 0)
})

onEach('an orderly end sends what is queued first, although input was not read', async (t, row) => {
  const { all, disconnect } = reasons()
  const busy = (): Promise<void> => new Promise(() => undefined)
  const server = await serve(t, row, { disconnect, message: busy, receiveHighWaterMark: 1, linger: 30_000 })
  for (const size of [3, 12]) {
    const [far, peer] = await server.meet({ paused: true })
    for (let i = 0; i < 20; i++) far.send(Buffer.alloc(300_000, 1))
    const messages = Array.from({ length: 16 * size }, (_, i) => Buffer.alloc(MiB / 16, i))
    messages.forEach((each) => peer.send(each))
    await quiet()
    const ended = peer.close()
    await quiet()
    far.resume()
    for (const each of messages) t.true((await far.next()).equals(each))
    await within(far.ended, 'FIN')
    await far.finish()
    t.deepEqual(await far.closed, { code: undefined })
    await within(ended, 'the end')
    t.like(await all.next(), { code: 'LOCAL_CLOSED' })
  }
})

onEach('disconnect works on a peer that never reads, cut at the deadline', async (t, row) => {
  const server = await serve(t, row, { maxBufferedBytes: 64 * MiB })
  const [far, peer] = await server.meet({ paused: true })
  const block = Buffer.alloc(MiB)
  while (peer.bufferedBytes < 8 * MiB) peer.send(block)
  await within(server.socket.disconnect(peer, { linger: 100 }), 'the end at the deadline')
  t.like(await peer.closed, { code: 'LOCAL_CLOSED' })
  far.destroy()
})

onEach('nothing can be sent once the end has begun, and no message comes any more', async (t, row) => {
  let messages = 0
  const server = await serve(t, row, {
    message: () => {
      messages++
    },
  })
  const [far, peer] = await server.meet()
  const ended = peer.close()
  t.false(peer.connected)
  t.is(peer.send('late'), null)
  t.false(await peer.sendAsync('late'))
  await within(far.ended, 'FIN')
  far.send('too late')
  far.end()
  await within(ended, 'the end')
  await turns()
  t.is(messages, 0)
})

onEach('who half-closes gets every reply, then the end', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send(data) })
  const far = await server.connect()
  const sent = Array.from({ length: 40 }, (_, i) => Buffer.alloc(i * 5_000, i))
  sent.forEach((each) => far.send(each))
  far.end()
  for (const each of sent) t.true((await far.next()).equals(each))
  await within(far.ended, 'FIN')
  t.deepEqual(await within(far.closed, 'the end'), { code: undefined })
})

onEach(
  'who half-closes gets what handlers answer later, while their promises are pending',
  async (t, row) => {
    const gate = deferred()
    const { all, disconnect } = reasons()
    const server = await serve(t, row, {
      disconnect,
      linger: 30_000,
      message: async (peer, data) => {
        await gate.promise
        peer.send(data)
      },
    })
    const far = await server.connect()
    far.send('one').send('two').end()
    await until(() => server.socket.stats().messagesIn === 2, 'both arrive')
    await quiet()
    t.is(all.all.length, 0)
    gate.resolve()
    t.deepEqual([await far.next(), await far.next()].map(String), ['one', 'two'])
    t.deepEqual(await within(far.closed, 'the end'), { code: undefined })
    t.like(await all.next(), { code: 'PEER_CLOSED', truncated: false })
  },
)

onEach('linger bounds the sending of the answers, not the work on them', async (t, row) => {
  const { all, disconnect } = reasons()
  const server = await serve(t, row, {
    disconnect,
    linger: 50,
    message: async (peer, data) => {
      await quiet(300)
      peer.send(data)
    },
  })
  const far = await server.connect()
  far.send('one').end()
  t.is((await far.next()).toString(), 'one')
  t.like(await all.next(), { code: 'PEER_CLOSED' })
})

onEach('who half-closes and never reads the answers is cut after linger', async (t, row) => {
  const { all, disconnect } = reasons()
  const block = Buffer.alloc(MiB)
  const server = await serve(t, row, {
    disconnect,
    linger: 200,
    message: (peer) => {
      while (peer.bufferedBytes < 4 * MiB) peer.send(block)
    },
  })
  const far = await server.connect({ paused: true })
  far.send('one').end()
  t.like(await all.next(), { code: 'PEER_CLOSED' })
})

onEach('a half-closing server is answered by a connecting socket too', async (t, row) => {
  const far = await farServer(t, row)
  const socket = makeSocket(t, row, { message: (peer, data) => void peer.send(data) })
  const peer = await socket.connect(far.endpoint)
  const end = await far.accept()
  end.send('question').end()
  t.is((await end.next()).toString(), 'question')
  t.like(await within(peer.closed, 'the end'), { code: 'PEER_CLOSED' })
})
