import type { CloseOptions, StreamSocket, StreamSocketOptions } from '../ts/index.js'
import { Collected, deferred, quiet, within } from './helpers/events.js'
import { fill } from './helpers/fill.js'
import { makeSocket, noted, serve } from './helpers/sockets.js'
import { onEach, whereOf } from './helpers/transports.js'

const closedError = { code: 'ERR_MILLRACE_CLOSED' }

onEach('close is idempotent and emits close once', async (t, row) => {
  const server = await serve(t, row)
  const events = new Collected<string>()
  server.socket.on('close', () => events.add('close'))
  const [far] = await server.meet()
  t.false(server.socket.closed)
  const all = [
    server.socket.close(),
    server.socket.close({ linger: 0 }),
    server.socket[Symbol.asyncDispose](),
  ]
  t.true(server.socket.closed)
  await far.ended
  far.end()
  await within(Promise.all(all), 'close')
  await server.socket.close()
  t.deepEqual(events.all, ['close'])
  t.is(server.socket.peers.size, 0)
  t.deepEqual(server.socket.endpoints, [])
  t.is(server.socket.stats().connections, 0)
})

onEach('a socket that was never used closes at once', async (t, row) => {
  await within(makeSocket(t, row).close(), 'close')
  t.pass()
})

onEach('close sends what is queued before the end', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  peer.send('first')
  peer.send(Buffer.alloc(5 * 1024 * 1024))
  const closing = server.socket.close()
  t.is(String(await far.next()), 'first')
  t.is((await far.next()).length, 5 * 1024 * 1024)
  await far.ended
  far.end()
  await within(closing, 'close')
  t.like(await peer.closed, { code: 'LOCAL_CLOSED', truncated: false })
  t.is((await far.closed).code, undefined)
})

onEach('a peer that never reads or never ends is cut after linger', async (t, row) => {
  const server = await serve(t, row)
  const [unread, unreadPeer] = await server.meet({ paused: true })
  const [, openPeer] = await server.meet()
  while (unreadPeer.send(Buffer.alloc(1024 * 1024)) !== false);
  const started = Date.now()
  await within(server.socket.close({ linger: 200 }), 'close')
  t.true(Date.now() - started >= 190)
  t.is((await unreadPeer.closed).code, 'LOCAL_CLOSED')
  t.is((await openPeer.closed).code, 'LOCAL_CLOSED')
  unread.destroy()
})

onEach('the linger of the socket holds for close, and that of close goes before it', async (t, row) => {
  for (const [options, given] of [
    [{ linger: 100 }, {}],
    [{ linger: 600_000 }, { linger: 100 }],
  ] as [StreamSocketOptions<unknown>, CloseOptions][]) {
    const server = await serve(t, row, options)
    await server.meet()
    await within(server.socket.close(given), 'close')
  }
  await t.throwsAsync(makeSocket(t, row).close({ linger: -1 }), { instanceOf: RangeError })
})

onEach('with linger 0 close cuts at once', async (t, row) => {
  const server = await serve(t, row, { linger: 600_000 })
  const [far] = await server.meet({ paused: true })
  await within(server.socket.close({ linger: 0 }), 'close')
  far.resume()
  await within(
    far.ended.then(() => far.finish()),
    'the far end ends',
  )
  t.is(server.socket.stats().connections, 0)
})

onEach('after close only bind and connect fail', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet({ paused: true })
  await fill(peer)
  const waiting = peer.drained()
  const unsent = peer.sendAsync('waits for room')
  await within(server.socket.close({ linger: 50 }), 'close')

  await within(waiting, 'drained')
  t.false(await within(unsent, 'sendAsync'))
  t.false(peer.connected)
  t.is(peer.send('x'), null)
  t.is(server.socket.send(peer, 'x'), null)
  t.is(server.socket.send(peer.routingId, 'x'), null)
  t.false(await peer.sendAsync('x'))
  t.false(await server.socket.sendAsync(peer.routingId, 'x'))
  await peer.drained()
  await peer.close()
  await server.socket.disconnect(peer)
  await server.socket.unbind(server.listener.endpoint)
  await server.listener.unbind()
  peer.flush()
  peer.destroy()
  server.socket.flush()
  server.socket.ref().unref()
  server.listener.ref().unref()
  t.is(peer.bufferedBytes, 0)
  t.is(peer.localPort, undefined)
  t.is(peer.remotePort, far.port)
  await t.throwsAsync(server.socket.bind(row.endpoint), closedError)
  await t.throwsAsync(server.socket.connect(server.listener.endpoint), closedError)
  far.destroy()
})

onEach('sends while it closes are not taken', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  const closing = server.socket.close()
  t.is(peer.send('late'), null)
  t.false(peer.connected)
  t.false(await peer.sendAsync('late'))
  await far.ended
  far.end()
  await within(closing, 'close')
  t.deepEqual(far.messages.all, [])
})

const callbacks = ['connect', 'message', 'drain', 'disconnect'] as const

for (const callback of callbacks) {
  for (const by of ['handler', 'listener']) {
    onEach(`close may be called inside a ${by} of ${callback}`, async (t, row) => {
      const done = deferred()
      const close = (): void => void server.socket.close({ linger: 500 }).then(() => done.resolve())
      const server = await serve(t, row, {
        message: () => undefined,
        ...(by === 'handler' && { [callback]: close }),
      })
      if (by === 'listener') server.socket.on(callback, close)
      const [far, peer] = await server.meet({ paused: true })
      if (callback === 'drain') while (peer.send(Buffer.alloc(1024 * 1024)) !== false);
      far.resume()
      far.send('one').send('two').end()
      await within(done.promise, 'close')
      t.false(peer.connected)
      t.is(server.socket.peers.size, 0)
    })
  }
}

onEach('close may be called inside listeners of monitor and close', async (t, row) => {
  for (const type of ['listening', 'accepted', 'disconnected', 'closed']) {
    const socket: StreamSocket = makeSocket(t, row)
    const closed = new Collected<Promise<void>>()
    socket.on('monitor', (event) => {
      if (event.type === type) closed.add(socket.close({ linger: 0 }))
    })
    socket.on('close', () => closed.add(socket.close()))
    const listener = await socket.bind(row.endpoint)
    if (type === 'closed') await socket.unbind(listener.endpoint)
    else if (type !== 'listening') (await row.connect(whereOf(listener))).end()
    await within(Promise.all(await closed.atLeast(2)), `close in ${type}`)
    t.true(socket.closed)
  }
})

onEach('what was received is taken before the disconnect that close causes', async (t, row) => {
  const { happened, options } = noted()
  const server = await serve(t, row, options)
  const [far] = await server.meet()
  far.send('a').send('b')
  await happened.atLeast(3)
  far.end()
  await within(server.socket.close(), 'close')
  t.deepEqual(
    happened.all.map(([what]) => what),
    ['connect', 'message', 'message', 'disconnect'],
  )
})

onEach('records without a consumer are dropped when linger is over', async (t, row) => {
  const server = await serve(t, row)
  const [far, peer] = await server.meet()
  far.send('nobody takes this').end()
  await quiet()
  await within(server.socket.close({ linger: 100 }), 'close')
  t.false(peer.connected)
  t.is(server.socket.peers.size, 0)
})

onEach('await using closes where the language has it', async (t, row) => {
  let kept: StreamSocket
  {
    await using socket = makeSocket(t, row)
    await socket.bind(row.endpoint)
    kept = socket
    t.false(kept.closed)
  }
  t.true(kept.closed)
  t.deepEqual(kept.endpoints, [])
})
