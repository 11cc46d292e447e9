import { AsyncLocalStorage } from 'node:async_hooks'
import type { Peer, StreamSocket } from '../ts/index.js'
import { Collected, turns, within } from './helpers/events.js'
import { farServer, makeSocket, noted, serve } from './helpers/sockets.js'
import { onEach, onEachSerially, whereOf } from './helpers/transports.js'
import { uncaught } from './helpers/uncaught.js'

onEachSerially(
  'what a handler throws is an ordinary uncaught exception, and the socket lives on',
  async (t, row) => {
    const thrown = uncaught(t)
    const fail = (what: string) => (): never => {
      throw new Error(what)
    }
    const { happened, options } = noted()
    const server = await serve(t, row, {
      connect: fail('connect'),
      disconnect: fail('disconnect'),
      drain: fail('drain'),
      message: fail('message'),
    })
    for (const name of ['connect', 'message', 'disconnect'] as const) server.socket.on(name, options[name])
    const [far, peer] = await server.meet({ paused: true })
    while (peer.send(Buffer.alloc(1024 * 1024)) !== false);
    far.resume()
    await within(peer.drained(), 'drained')
    far.send('one').send('two')
    await thrown.atLeast(4)
    await far.finish()
    await happened.atLeast(2)
    await thrown.atLeast(5)
    t.deepEqual([...thrown.all].sort(), ['connect', 'disconnect', 'drain', 'message', 'message'])
    t.false(server.socket.closed)
    const [next, nextPeer] = await server.meet()
    t.true(nextPeer.send('alive'))
    t.is(String(await next.next()), 'alive')
  },
)

onEachSerially('a promise of a handler that rejects is an unhandled rejection', async (t, row) => {
  const thrown = uncaught(t)
  const message = async (peer: Peer, data: Buffer): Promise<void> => {
    await turns(1)
    if (String(data) === 'bad') throw new Error('rejected')
    peer.send(data)
  }
  const server = await serve(t, row, { message, connect: () => Promise.reject(new Error('in connect')) })
  const far = await server.connect()
  far.send('bad').send('good')
  t.is(String(await far.next()), 'good')
  await thrown.atLeast(2)
  t.deepEqual([...thrown.all].sort(), ['in connect', 'rejected'])
})

onEach('nothing that a peer does is an error event', async (t, row) => {
  const errors = new Collected<Error>()
  const server = await serve(t, row, { maxMessageSize: 4, error: errors.add })
  server.socket.on('error', errors.add)
  for (const bytes of ['\xff\xff\xff\xff', '\x00', '']) {
    const [far, peer] = await server.meet()
    far.sendRaw(Buffer.from(bytes, 'latin1'))
    await far.flushed()
    far.reset()
    await within(peer.closed, 'the peer is gone')
  }
  await t.throwsAsync(server.socket.connect('tcp://127.0.0.1:1'), { code: 'ECONNREFUSED' })
  t.deepEqual(errors.all, [])
})

onEach('callbacks run in the async context in which the socket was made', async (t, row) => {
  const storage = new AsyncLocalStorage<string>()
  const seen = new Map<string, unknown>()
  const see = (name: string) => (): void => void seen.set(name, storage.getStore())
  const make = (): StreamSocket =>
    makeSocket(t, row, {
      connect: see('connect'),
      message: see('message'),
      drain: see('drain'),
      disconnect: see('disconnect'),
    })
  const socket = storage.run('the maker', make)
  for (const name of ['connect', 'message', 'drain', 'disconnect', 'close'] as const)
    socket.on(name, see(`on ${name}`))
  socket.on('monitor', ({ type }) => see(`monitor ${type}`)())

  await storage.run('another', async () => {
    const listener = await socket.bind(row.endpoint)
    const far = await row.connect(whereOf(listener), { paused: true })
    await turns()
    const peer = await within(firstPeer(socket), 'the peer')
    while (peer.send(Buffer.alloc(1024 * 1024)) !== false);
    far.resume().send('x')
    await peer.drained()
    await far.finish()
    await peer.closed
    t.is(storage.getStore(), 'another')
  })
  const names = [
    'connect',
    'message',
    'drain',
    'disconnect',
    'on connect',
    'on message',
    'on drain',
    'on disconnect',
    'monitor accepted',
    'monitor disconnected',
  ]
  for (const name of names) t.is(seen.get(name), 'the maker', name)
})

async function firstPeer(socket: StreamSocket): Promise<Peer> {
  for (;;) {
    for (const peer of socket.peers.values()) return peer
    await turns(1)
  }
}

onEach('what awaits a connection goes on in its own async context', async (t, row) => {
  const storage = new AsyncLocalStorage<string>()
  const far = await farServer(t, row)
  const socket = storage.run('the maker', () => makeSocket(t, row))
  await storage.run('the caller', async () => {
    await socket.connect(far.endpoint)
    t.is(storage.getStore(), 'the caller')
  })
})
