import type { Peer } from '../ts/index.js'
import { within } from './helpers/events.js'
import { makeSocket, serve } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

const invalid = { code: 'ERR_MILLRACE_INVALID_OPTION' }

onEach('a payload of the wrong kind is a TypeError', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  const wrong = [
    undefined,
    null,
    42,
    7n,
    true,
    Symbol('x'),
    {},
    () => 'x',
    [1],
    ['x', null],
    [['x']],
    new Map(),
    Promise.resolve('x'),
  ]
  for (const each of wrong) {
    const data = each as string
    t.throws(() => peer.send(data), { instanceOf: TypeError, ...invalid })
    t.throws(() => server.socket.send(1, data), { instanceOf: TypeError, ...invalid })
    t.throws(() => server.socket.send(99, data), { instanceOf: TypeError, ...invalid })
    await t.throwsAsync(peer.sendAsync(data), { instanceOf: TypeError, ...invalid })
  }
  t.is(peer.send('still well'), true)
  t.is((await far.next()).toString(), 'still well')
})

onEach('a receiver of the wrong kind is a TypeError', async (t, row) => {
  const server = await serve(t, row)
  const [, stranger] = await (await serve(t, row)).meet()
  for (const each of ['1', undefined, null, {}, 1n, stranger]) {
    const to = each as Peer
    t.throws(() => server.socket.send(to, 'x'), { instanceOf: TypeError, ...invalid })
    await t.throwsAsync(server.socket.sendAsync(to, 'x'), { instanceOf: TypeError, ...invalid })
    await t.throwsAsync(server.socket.disconnect(to), { instanceOf: TypeError, ...invalid })
  }
})

onEach('a message over maxMessageSize is a RangeError, one of exactly that size goes', async (t, row) => {
  const server = await serve(t, row, { maxMessageSize: 30_000 })
  const [far, peer] = await server.meet()
  const tooLong = [
    'x'.repeat(30_001),
    Buffer.alloc(30_001),
    ['x'.repeat(30_000), 'y'],
    'é'.repeat(15_001),
    new Float64Array(3_751),
  ]
  for (const each of tooLong) {
    t.throws(() => peer.send(each), { instanceOf: RangeError, ...invalid })
    await t.throwsAsync(peer.sendAsync(each), { instanceOf: RangeError, ...invalid })
  }
  for (const each of ['x'.repeat(30_000), Buffer.alloc(30_000), ['x', Buffer.alloc(29_999)]])
    t.is(peer.send(each), true)
  for (let i = 0; i < 3; i++) t.is((await far.next()).length, 30_000)
})

onEach('after close sending answers null, and only bind and connect fail', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  void far.ended.then(() => void far.end())
  const { socket } = server
  const closing = socket.close()
  for (let i = 0; i < 2; i++) {
    t.is(peer.send('x'), null)
    t.is(socket.send(peer, 'x'), null)
    t.is(socket.send(peer.routingId, 'x'), null)
    t.false(await socket.sendAsync(peer.routingId, 'x'))
    await within(peer.drained(), 'drained')
    await t.throwsAsync(socket.bind(row.endpoint), { code: 'ERR_MILLRACE_CLOSED' })
    await t.throwsAsync(socket.connect('tcp://127.0.0.1:1'), { code: 'ERR_MILLRACE_CLOSED' })
    await within(closing, 'close')
  }
  socket.flush()
  await socket.disconnect(peer)
  await makeSocket(t, row).close()
})
