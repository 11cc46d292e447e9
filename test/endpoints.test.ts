import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { StreamSocket, type BindOptions, type Listener } from '../ts/index.js'
import { Collected, until, within } from './helpers/events.js'
import { connect } from './helpers/far-end.js'
import { farServer, makeSocket, serve } from './helpers/sockets.js'
import { onEach, rows, whereOf } from './helpers/transports.js'

const [tcp] = rows

/** Bound sockets answer; `reach` says whether one can be reached at a host. */
function echoing(t: ExecutionContext): StreamSocket {
  return makeSocket(t, tcp!, { message: (peer, data) => void peer.send(data) })
}

async function reach(host: string, port: number): Promise<string> {
  const far = await connect(port, { host })
  far.send('ping')
  const answer = String(await far.next())
  await far.finish()
  return answer
}

async function bound(t: ExecutionContext, endpoint: string, options?: BindOptions): Promise<Listener> {
  return echoing(t).bind(endpoint, options)
}

test('bind resolves with the real endpoint, host and port', async (t) => {
  for (const endpoint of [
    'tcp://127.0.0.1:0',
    'tcp://127.0.0.1:*',
    'tcp://[::1]:0',
    'tcp://localhost:0',
    'tcp://*:0',
    'tcp://*:*',
  ]) {
    const socket = echoing(t)
    const listener = await socket.bind(endpoint)
    const host = listener.host!
    t.true(isIP(host) !== 0 && listener.port! > 0, endpoint)
    t.is(listener.endpoint, `tcp://${isIP(host) === 6 ? `[${host}]` : host}:${listener.port}`)
    t.is(listener.transport, 'tcp')
    t.deepEqual(socket.endpoints, [listener.endpoint])
  }
})

test('host * is reached by IPv4 and IPv6', async (t) => {
  const { port } = await bound(t, 'tcp://*:0')
  t.is(await reach('127.0.0.1', port!), 'ping')
  t.is(await reach('::1', port!), 'ping')
})

test('a bracketed IPv6 literal is bound and connected to', async (t) => {
  const { endpoint, port } = await bound(t, 'tcp://[::1]:0')
  t.is(await reach('::1', port!), 'ping')
  await t.throwsAsync(connect(port!), { code: 'ECONNREFUSED' })
  const client = makeSocket(t, tcp!)
  const peer = await client.connect(endpoint)
  t.is(peer.remoteAddress, '::1')
  t.is(peer.endpoint, endpoint)
})

test('ipv6Only leaves IPv4 alone', async (t) => {
  for (const host of ['*', '[::]']) {
    const { port } = await bound(t, `tcp://${host}:0`, { ipv6Only: true })
    t.is(await reach('::1', port!), 'ping')
    await t.throwsAsync(connect(port!), { code: 'ECONNREFUSED' })
    const beside = await bound(t, `tcp://0.0.0.0:${port}`)
    t.is(await reach('127.0.0.1', beside.port!), 'ping')
  }
})

test('a port can be bound again while connections of its last owner live on', async (t) => {
  const first = echoing(t)
  const listener = await first.bind('tcp://127.0.0.1:0')
  const far = await connect(listener.port!)
  far.send('one')
  await far.next()
  await listener.unbind()
  const again = await bound(t, listener.endpoint)
  t.is(again.port, listener.port)
  t.is(await reach('127.0.0.1', again.port!), 'ping')
  far.send('two')
  t.is(String(await far.next()), 'two')
  await far.finish()
})

onEach('unbind stops accepting, connections live on', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send(data) })
  const closed = new Collected<string>()
  server.socket.on('monitor', (event) => event.type === 'closed' && closed.add(event.endpoint))
  const [far] = await server.meet()
  await server.listener.unbind()
  await server.listener.unbind()
  await t.throwsAsync(server.connect(), { code: row.nobodyCode })
  t.deepEqual(server.socket.endpoints, [])
  t.deepEqual(closed.all, [server.listener.endpoint])
  far.send('still here')
  t.is(String(await far.next()), 'still here')
  t.false(server.socket.closed)
})

onEach('unbind with closeConnections ends those of its endpoint and no others', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send(data) })
  const other = await server.socket.bind(row.endpoint)
  const [far, peer] = await server.meet()
  const kept = await row.connect(whereOf(other))
  t.teardown(() => kept.destroy())
  const unbinding = server.listener.unbind({ closeConnections: true })
  await far.ended
  far.end()
  await within(unbinding, 'unbind')
  t.is((await peer.closed).code, 'LOCAL_CLOSED')
  kept.send('kept')
  t.is(String(await kept.next()), 'kept')
})

onEach('a socket unbinds an endpoint by the name it was given or the real one', async (t, row) => {
  const socket = makeSocket(t, row)
  const given = row.endpoint
  const first = await socket.bind(given)
  t.deepEqual(socket.endpoints, [first.endpoint])
  await socket.unbind(given)
  t.deepEqual(socket.endpoints, [])
  const second = await socket.bind(given)
  await socket.unbind('tcp://127.0.0.1:1')
  t.deepEqual(socket.endpoints, [second.endpoint])
  await socket.unbind(second.endpoint)
  t.deepEqual(socket.endpoints, [])
})

onEach('a disposed listener is unbound', async (t, row) => {
  const socket = makeSocket(t, row)
  const listener = await socket.bind(row.endpoint)
  await listener[Symbol.asyncDispose]()
  t.deepEqual(socket.endpoints, [])
})

onEach('one socket binds several endpoints and connects, in one space of routing ids', async (t, row) => {
  const server = await serve(t, row)
  const second = await server.socket.bind(row.endpoint)
  const far = await farServer(t, row)
  const heard = new Collected<string>()
  server.socket.on('message', (peer, data) => heard.add(`${peer.routingId} ${peer.endpoint} ${String(data)}`))

  const [atFirst, firstPeer] = await server.meet()
  const atSecond = await row.connect(whereOf(second))
  t.teardown(() => atSecond.destroy())
  await until(() => server.socket.peers.size === 2, 'two peers')
  const outward = await server.socket.connect(far.endpoint)
  const inFar = await far.accept()

  const ids = [...server.socket.peers.keys()]
  t.deepEqual(ids, [1, 2, 3])
  t.deepEqual([firstPeer.routingId, outward.routingId], [1, 3])
  for (const each of [atFirst, atSecond, inFar]) each.send('hello')
  await heard.atLeast(3)
  const expected = [server.listener.endpoint, second.endpoint, far.endpoint].map(
    (name, place) => `${place + 1} ${name} hello`,
  )
  t.deepEqual([...heard.all].sort(), expected)
  t.deepEqual(server.socket.endpoints, [server.listener.endpoint, second.endpoint])
})

/** Seconds until the keep-alive timer of the connection from one port to another goes off, by proc_net_tcp.txt. */
function keepAliveSeconds(local: number, remote: number): number | undefined {
  const port = (field: string): number => Number.parseInt(field.split(':')[1]!, 16)
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter((file) => existsSync(file))
  const lines = tables.flatMap((file) => readFileSync(file, 'utf8').trim().split('\n').slice(1))
  const fields = lines
    .map((line) => line.trim().split(/\s+/))
    .find((each) => port(each[1]!) === local && port(each[2]!) === remote)
  const [active, ticks] = fields![5]!.split(':')
  return active === '02' ? Number.parseInt(ticks!, 16) / 100 : undefined
}

test('TCP keep-alive is on, after a minute, on both sides, and an option', async (t) => {
  const cases: [BindOptions, number | undefined][] = [
    [{}, 60],
    [{ keepAlive: true }, 60],
    [{ keepAlive: 600_000 }, 600],
    [{ keepAlive: false }, undefined],
    [{ keepAlive: 0 }, undefined],
  ]
  for (const [options, seconds] of cases) {
    const server = await serve(t, tcp!, { bind: options })
    const client = makeSocket(t, tcp!, options)
    const { localPort } = await client.connect(server.listener.endpoint)
    await until(() => server.socket.peers.size === 1, 'the peer')
    for (const [from, to] of [
      [localPort!, server.port],
      [server.port, localPort!],
    ] as const) {
      const left = keepAliveSeconds(from, to)
      if (seconds === undefined) t.is(left, undefined)
      else t.true(left! > seconds - 20 && left! <= seconds + 1, `${left} of ${seconds}`)
    }
  }
})
