import { getEventListeners, setMaxListeners } from 'node:events'
import test from 'ava'
import { StreamSocket } from '../ts/index.js'
import { unanswering } from './helpers/deaf-server.js'
import { collect, quiet, until, within } from './helpers/events.js'
import { collectGarbage } from './helpers/memory.js'
import { farServer, makeSocket, serve } from './helpers/sockets.js'
import { onEach, rows } from './helpers/transports.js'

const tcp = rows[0]!
const soon = { minDelay: 1, maxDelay: 10 }
const late = { minDelay: 600_000, maxDelay: 600_000 }
const abortError = { name: 'AbortError', code: 'ABORT_ERR' }
const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length

onEach('a signal that is aborted already: connect and bind reject, the socket is closed', async (t, row) => {
  const far = await farServer(t, row)
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  const socket = makeSocket(t, row)
  for (const attempt of [
    socket.connect(far.endpoint, { signal }),
    socket.connect(far.endpoint, { signal, reconnect: true }),
    socket.bind(row.endpoint, { signal }),
  ]) {
    const error = await t.throwsAsync(attempt, abortError)
    t.is(error.cause, reason)
  }
  t.deepEqual(socket.endpoints, [])
  t.true(makeSocket(t, row, { signal }).closed)
  t.is(listeners(signal), 0)
  await quiet(30)
  t.is(far.accepted.all.length, 0)
})

test('a signal ends an attempt to connect, whatever it waits for', async (t) => {
  const port = await unanswering(t)
  const client = makeSocket(t, tcp)
  const controller = new AbortController()
  const { signal } = controller
  const lookup = (): void => undefined
  const attempts = [
    client.connect('tcp://mill.example:1', { signal, lookup }),
    client.connect('tcp://mill.example:1', { signal, lookup, reconnect: true }),
    client.connect(`tcp://127.0.0.1:${port}`, { signal, routingId: 5 }),
    client.connect(`tcp://127.0.0.1:${port}`, { signal, reconnect: true }),
    client.connect('tcp://127.0.0.1:1', { signal, reconnect: late }),
  ].map((each) => t.throwsAsync(each, abortError))
  await quiet(50)
  controller.abort()
  for (const error of await within(Promise.all(attempts), 'the attempts end'))
    t.is(error.cause, signal.reason)
  t.is(listeners(signal), 0)
  const far = await farServer(t, tcp)
  t.is((await client.connect(far.endpoint, { routingId: 5 })).routingId, 5)
  t.is(client.stats().connections, 1)
})

onEach('a signal ends a connection in order, whether it would return or not', async (t, row) => {
  for (const reconnect of [false, soon]) {
    const far = await farServer(t, row)
    const client = makeSocket(t, row)
    const reasons = collect(client, 'disconnect', (_peer, reason) => reason)
    const controller = new AbortController()
    const peer = await client.connect(far.endpoint, { signal: controller.signal, reconnect })
    const end = await far.accept()
    peer.send('last words')
    controller.abort()
    t.false(peer.connected)
    t.is(String(await end.next()), 'last words')
    end.end()
    t.like(await within(peer.closed, 'closed'), { code: 'LOCAL_CLOSED', willReconnect: false })
    await quiet(30)
    t.is(reasons.all.length, 1)
    t.is(listeners(controller.signal), 0)
    t.is(client.peers.size, 0)
  }
})

onEach('a signal ends a peer that is away, without a second event', async (t, row) => {
  for (const reconnect of [soon, late]) {
    const far = await farServer(t, row)
    const client = makeSocket(t, row)
    const reasons = collect(client, 'disconnect', (_peer, reason) => reason)
    const controller = new AbortController()
    const peer = await client.connect(far.endpoint, { signal: controller.signal, reconnect })
    await far.accept()
    await far.close()
    await reasons.next()
    controller.abort()
    t.like(await within(peer.closed, 'closed'), { code: 'LOCAL_CLOSED', willReconnect: false })
    await far.open()
    await quiet(30)
    t.deepEqual([reasons.all.length, client.peers.size, listeners(controller.signal)], [1, 0, 0])
  }
})

onEach('a signal unbinds an endpoint; its connections live on', async (t, row) => {
  const controller = new AbortController()
  const server = await serve(t, row, { bind: { signal: controller.signal } })
  const [far, peer] = await server.meet()
  controller.abort()
  t.deepEqual(server.socket.endpoints, [])
  await t.throwsAsync(row.connect(server.where))
  peer.send('still here')
  t.is(String(await far.next()), 'still here')
  t.is(listeners(controller.signal), 0)
})

test('a signal ends the look-up of a bind', async (t) => {
  const socket = makeSocket(t, tcp)
  const controller = new AbortController()
  const binding = socket.bind('tcp://localhost:0', { signal: controller.signal })
  controller.abort('no longer')
  const error = await t.throwsAsync(binding, abortError)
  t.is(error.cause, 'no longer')
  t.deepEqual([socket.endpoints.length, listeners(controller.signal)], [0, 0])
})

onEach('a signal closes a socket with all that it has', async (t, row) => {
  const controller = new AbortController()
  const server = await serve(t, row, { signal: controller.signal })
  const [far, peer] = await server.meet()
  const closed = new Promise<void>((resolve) => server.socket.once('close', resolve))
  controller.abort()
  t.true(server.socket.closed)
  await far.ended
  far.end()
  await within(closed, 'close')
  t.like(await peer.closed, { code: 'LOCAL_CLOSED' })
  t.is(listeners(controller.signal), 0)
})

onEach('nothing is left at a signal that lives on', async (t, row) => {
  const { signal } = new AbortController()
  const far = await farServer(t, row)
  const socket = makeSocket(t, row, { signal })
  t.is(listeners(signal), 1)
  for (const reconnect of [false, soon]) {
    const peer = await socket.connect(far.endpoint, { signal, reconnect })
    const end = await far.accept()
    const listener = await socket.bind(row.endpoint, { signal })
    t.is(listeners(signal), 3)
    await listener.unbind()
    const closing = peer.close()
    end.end()
    await within(closing, 'close')
    await until(() => socket.peers.size === 0, 'it is gone')
    t.is(listeners(signal), 1)
  }
  const lost = await socket.connect(far.endpoint, { signal })
  ;(await far.accept()).end()
  socket.on('message', () => undefined)
  await within(lost.closed, 'closed')
  await far.close()
  await t.throwsAsync(socket.connect(far.endpoint, { signal }), { code: row.nobodyCode })
  const reconnect = { ...soon, maxAttempts: 2 }
  await t.throwsAsync(socket.connect(far.endpoint, { signal, reconnect }), { code: row.nobodyCode })
  t.is(listeners(signal), 1)
  await socket.bind(row.endpoint, { signal })
  await socket.close()
  t.is(listeners(signal), 0)
})

test.serial('a socket that is forgotten is collected in spite of its signal, and leaves it', async (t) => {
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  const make = (): WeakRef<StreamSocket> => new WeakRef(new StreamSocket({ signal }))
  const sockets = Array.from({ length: 20 }, make)
  for (let i = 0; i < 50 && listeners(signal) !== 0; i++) {
    await quiet(5)
    await collectGarbage()
  }
  t.true(sockets.filter((each) => each.deref()).length <= 2)
  t.true(listeners(signal) <= 2)
})
