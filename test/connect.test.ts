import type { LookupFunction } from 'node:net'
import test from 'ava'
import { MillraceError } from '../ts/index.js'
import { runMain } from './helpers/child.js'
import { unanswering } from './helpers/deaf-server.js'
import { deferred, until, within } from './helpers/events.js'
import { answering } from './helpers/lookups.js'
import { farServer, makeSocket, serve } from './helpers/sockets.js'
import { onEach, rows } from './helpers/transports.js'

const tcp = rows[0]!
const timedOut = { instanceOf: MillraceError, code: 'ETIMEDOUT' }

onEach('connect resolves with the peer, ready for messages', async (t, row) => {
  const far = await farServer(t, row)
  const client = makeSocket(t, row)
  const peer = await client.connect(far.endpoint, { data: 'mine' })
  t.true(peer.send('at once'))
  const end = await far.accept()
  t.is(String(await end.next()), 'at once')
  t.like(peer, {
    connected: true,
    data: 'mine',
    endpoint: far.endpoint,
    transport: row.transport,
    routingId: 1,
  })
  const { remoteAddress, remotePort, localAddress, localPort } = peer
  const host = row.transport === 'tcp' ? '127.0.0.1' : undefined
  t.deepEqual([remoteAddress, remotePort, localAddress], [host, far.port, host])
  t.is(localPort, end.socket.remotePort)
  t.is(client.peers.get(1), peer)
})

onEach('the connect event comes before connect resolves and names the same peer', async (t, row) => {
  const far = await farServer(t, row)
  const order: unknown[] = []
  const client = makeSocket(t, row, { connect: (peer) => void order.push(peer) })
  const peer = await client.connect(far.endpoint)
  order.push('resolved')
  t.deepEqual(order, [peer, 'resolved'])
})

onEach('many connections are made at the same time', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send(data) })
  const client = makeSocket(t, row)
  const peers = await Promise.all(Array.from({ length: 50 }, () => client.connect(server.listener.endpoint)))
  t.is(new Set(peers.map((peer) => peer.routingId)).size, 50)
  t.is(client.peers.size, 50)
})

onEach('a chosen routing id is used, and one in use is refused', async (t, row) => {
  const far = await farServer(t, row)
  const client = makeSocket(t, row)
  const inUse = { code: 'ERR_MILLRACE_ROUTING_ID_IN_USE' }
  const pending = client.connect(far.endpoint, { routingId: 7 })
  await t.throwsAsync(client.connect(far.endpoint, { routingId: 7 }), inUse)
  const peer = await pending
  t.is(peer.routingId, 7)
  await t.throwsAsync(client.connect(far.endpoint, { routingId: 7 }), inUse)
  const closed = peer.close()
  ;(await far.accept()).end()
  await within(closed, 'close')
  t.is((await client.connect(far.endpoint, { routingId: 7 })).routingId, 7)
})

test('the id of an attempt that failed is free again', async (t) => {
  const client = makeSocket(t, tcp)
  for (let round = 0; round < 2; round++) {
    await t.throwsAsync(client.connect('tcp://127.0.0.1:1', { routingId: 5 }), { code: 'ECONNREFUSED' })
  }
  t.deepEqual(client.stats().connections, 0)
})

test('a name is resolved by the lookup option, which is asked for all addresses', async (t) => {
  const far = await farServer(t, tcp)
  const { lookup, asked } = answering(['127.0.0.1'])
  const peer = await makeSocket(t, tcp).connect(`tcp://mill.example:${far.port}`, { lookup })
  t.deepEqual(asked, [['mill.example', true]])
  t.is(peer.remoteAddress, '127.0.0.1')
  t.is(peer.endpoint, `tcp://mill.example:${far.port}`)
})

test('a literal address is not looked up', async (t) => {
  const far = await farServer(t, tcp)
  const { lookup, asked } = answering(['127.0.0.9'])
  const peer = await makeSocket(t, tcp).connect(far.endpoint, { lookup })
  t.is(peer.remoteAddress, '127.0.0.1')
  t.deepEqual(asked, [])
})

test('a look-up may answer with one address', async (t) => {
  const far = await farServer(t, tcp)
  const lookup: LookupFunction = (_host, _options, callback) => callback(null, '127.0.0.1', 4)
  const peer = await makeSocket(t, tcp).connect(`tcp://mill.example:${far.port}`, { lookup })
  t.is(peer.remotePort, far.port)
})

test('a look-up without a usable answer is ENOTFOUND', async (t) => {
  const client = makeSocket(t, tcp)
  for (const addresses of [[], ['nonsense'], ['', '300.1.1.1']]) {
    const { lookup } = answering(addresses)
    const error = await t.throwsAsync(client.connect('tcp://mill.example:1', { lookup }), {
      code: 'ENOTFOUND',
    })
    t.like(error, { syscall: 'getaddrinfo' })
  }
})

test('what a look-up fails with is what connect fails with', async (t) => {
  const client = makeSocket(t, tcp)
  const failure = Object.assign(new Error('no name server'), { code: 'EAI_AGAIN', errno: -3001 })
  const lookup: LookupFunction = (_host, _options, callback) => callback(failure, '', 0)
  const error = await t.throwsAsync(client.connect('tcp://mill.example:1', { lookup }), { code: 'EAI_AGAIN' })
  t.like(error, { name: 'MillraceError', message: 'no name server', errno: -3001 })
  const throwing: LookupFunction = () => {
    throw new Error('a fault of mine')
  }
  await t.throwsAsync(client.connect('tcp://mill.example:1', { lookup: throwing }), {
    message: 'a fault of mine',
  })
})

test('a name of this machine is resolved without options', async (t) => {
  const far = await farServer(t, tcp)
  const peer = await makeSocket(t, tcp).connect(`tcp://localhost:${far.port}`)
  t.is(peer.remoteAddress, '127.0.0.1')
})

test('a look-up that does not answer ends with the time-out', async (t) => {
  const late = deferred()
  const lookup: LookupFunction = (_host, _options, callback) =>
    void late.promise.then(() => callback(null, '127.0.0.1', 4))
  const client = makeSocket(t, tcp)
  const connecting = client.connect('tcp://mill.example:1', { lookup, timeout: 50 })
  const error = await t.throwsAsync(within(connecting, 'connect'), { code: 'ETIMEDOUT' })
  t.like(error, { name: 'MillraceError' })
  late.resolve()
})

test('who does not answer ends with the time-out', async (t) => {
  const port = await unanswering(t)
  const client = makeSocket(t, tcp)
  const error = await t.throwsAsync(client.connect(`tcp://127.0.0.1:${port}`, { timeout: 300 }), timedOut)
  t.like(error, { name: 'MillraceError', syscall: 'connect', address: '127.0.0.1', port })
  t.true(error.errno! < 0)
})

test('close() ends attempts to connect, whatever they wait for', async (t) => {
  const port = await unanswering(t)
  const client = makeSocket(t, tcp)
  const lookup: LookupFunction = () => undefined
  const closed = { code: 'ERR_MILLRACE_CLOSED' }
  const both = [
    t.throwsAsync(client.connect(`tcp://127.0.0.1:${port}`), closed),
    t.throwsAsync(client.connect('tcp://mill.example:1', { lookup, timeout: 300_000 }), closed),
  ]
  await new Promise(setImmediate)
  await within(client.close(), 'close')
  await within(Promise.all(both), 'the attempts end')
})

test('the process ends although a look-up hangs', async (t) => {
  const outcome = await runMain(`
    const client = new StreamSocket()
    const attempt = (timeout) => client.connect('tcp://mill.example:1', { lookup() {}, timeout })
    await attempt(20).catch((error) => console.log(error.code))
    attempt(600_000).catch((error) => console.log(error.code))
    await new Promise(setImmediate)
    await client.close()
    console.log('closed')
  `)
  t.deepEqual(outcome.stdout.trim().split('\n').sort(), ['ERR_MILLRACE_CLOSED', 'ETIMEDOUT', 'closed'])
  t.is(outcome.status, 0, outcome.stderr)
})

test('process.exit() waits for no look-up and no attempt to connect', async (t) => {
  const outcome = await runMain(`
    const client = new StreamSocket()
    client.connect('tcp://mill.example:1', { lookup() {}, timeout: 600_000 })
    client.connect('tcp://some-host.invalid:1')
    setImmediate(() => process.exit(3))
  `)
  t.like(outcome, { status: 3, signal: null, stderr: '' })
})

test('a server that is there only after a failed attempt is reached by the next', async (t) => {
  const first = await farServer(t, tcp)
  const { endpoint } = first
  await first.close()
  const client = makeSocket(t, tcp)
  await t.throwsAsync(client.connect(endpoint), { code: 'ECONNREFUSED' })
  const server = makeSocket(t, tcp)
  await server.bind(endpoint)
  await client.connect(endpoint)
  await until(() => server.peers.size === 1, 'the peer')
  t.is(client.peers.size, 1)
})
