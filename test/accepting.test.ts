import test, { type ExecutionContext } from 'ava'
import type { MonitorEvent } from '../ts/index.js'
import { startMain, type Running } from './helpers/child.js'
import { deafServer, fill } from './helpers/deaf-server.js'
import { Collected, quiet, turns, until, within } from './helpers/events.js'
import { connect, type FarEnd, type Where } from './helpers/far-end.js'
import { serve } from './helpers/sockets.js'
import { onEach, remoteOf, rows, whereOf } from './helpers/transports.js'

const tcp = rows[0]!

async function all(count: number, where: Where, t: ExecutionContext): Promise<FarEnd[]> {
  const ends = await Promise.all(Array.from({ length: count }, () => connect(where)))
  t.teardown(() => ends.forEach((each) => each.destroy()))
  return ends
}

onEach('beyond maxConnections of the socket connections are closed at once and counted', async (t, row) => {
  const server = await serve(t, row, { maxConnections: 2, message: (peer, data) => void peer.send(data) })
  const refused = new Collected<MonitorEvent>()
  server.socket.on('monitor', (event) => {
    if (event.type === 'refused') refused.add(event)
  })
  const [first] = await server.meet()
  const [second] = await server.meet()
  const third = await server.connect()
  await within(third.ended, 'the third connection is closed')
  t.like(await refused.next(), {
    endpoint: server.listener.endpoint,
    ...remoteOf(third.port),
  })
  t.is(server.socket.stats().refused, 1)
  t.is(server.socket.stats().connections, 2)
  t.is(server.socket.peers.size, 2)

  await first.finish()
  await until(() => server.socket.stats().connections === 1, 'one has left')
  const fourth = await server.connect()
  fourth.send('in')
  second.send('still in')
  t.is(String(await fourth.next()), 'in')
  t.is(String(await second.next()), 'still in')
})

onEach('maxConnections of a bind counts those of that endpoint only', async (t, row) => {
  const server = await serve(t, row, { bind: { maxConnections: 1 } })
  const other = await server.socket.bind(row.endpoint)
  await server.meet()
  const beyond = await server.connect()
  await within(beyond.ended, 'the second at the first endpoint is closed')
  await all(3, whereOf(other), t)
  await until(() => server.socket.stats().connections === 4, 'the other endpoint takes three')
  t.is(server.socket.stats().refused, 1)
})

test('beyond maxConnectionsPerAddress connections from that address are closed at once and counted', async (t) => {
  const server = await serve(t, tcp, { maxConnectionsPerAddress: 2 })
  const v6 = await server.socket.bind('tcp://*:0')
  const refused = new Collected<MonitorEvent>()
  server.socket.on('monitor', (event) => {
    if (event.type === 'refused') refused.add(event)
  })
  const from = async (localAddress: string, port = server.port): Promise<FarEnd> => {
    const end = await connect(port, { localAddress })
    t.teardown(() => end.destroy())
    return end
  }
  const first = await from('127.0.0.2')
  await from('127.0.0.2', v6.port)
  await until(() => server.socket.stats().connections === 2, 'both are in')
  // Here it comes in as ::ffff:127.0.0.2.
  await within((await from('127.0.0.2', v6.port)).ended, 'the third is closed')
  await within((await from('127.0.0.2')).ended, 'the fourth is closed')
  t.like(await refused.next(), { remoteAddress: '::ffff:127.0.0.2', endpoint: v6.endpoint })
  t.like(await refused.next(), { remoteAddress: '127.0.0.2', endpoint: server.listener.endpoint })
  t.is(server.socket.stats().refused, 2)

  await Promise.all([from('127.0.0.3'), from('127.0.0.3')])
  await until(() => server.socket.stats().connections === 4, 'another address has its own count')
  await first.finish()
  await until(() => server.socket.stats().connections === 3, 'one has left')
  await from('127.0.0.2')
  await until(() => server.socket.stats().connections === 4, 'the next is in')
})

const echo = `
  const server = new StreamSocket({ ...options, message: (peer, data) => void peer.send(data) })
  server.on('monitor', (event) => {
    if (event.type === 'acceptFailed') console.log('failed', event.error.code, event.error.syscall, event.error.name)
  })
  console.log((await server.bind('tcp://127.0.0.1:0')).port)
  process.stdin.on('data', () => {
    const { connections, refused } = server.stats()
    const { user, system } = process.cpuUsage()
    console.log(JSON.stringify({ connections, refused, cpuMicros: user + system }))
  })
`

interface State {
  readonly connections: number
  readonly refused: number
  readonly cpuMicros: number
}

/** A server in a process that may have so many descriptors. */
async function confined(
  t: ExecutionContext,
  descriptors: number,
  options: object,
): Promise<[Running, number]> {
  const child = startMain(`const options = ${JSON.stringify(options)}\n${echo}`, { descriptors })
  t.teardown(() => child.kill())
  const port = Number(await child.lines.next('the port of the child'))
  return [child, port]
}

async function stateOf(child: Running): Promise<State> {
  const asked = child.lines.all.length
  const answered = (): string | undefined => child.lines.all.slice(asked).find((line) => line.startsWith('{'))
  child.tell('state')
  await until(() => answered() !== undefined, 'the state of the child')
  return JSON.parse(answered()!) as State
}

test('without maxConnections the descriptor limit less 256 holds, or half of a small one', async (t) => {
  for (const [descriptors, most] of [
    [80, 40],
    [520, 264],
  ] as const) {
    const [child, port] = await confined(t, descriptors, {})
    const ends = await all(most + 20, port, t)
    await Promise.all(ends.slice(most).map((each) => within(each.ended, 'one too many is closed')))
    t.like(await stateOf(child), { connections: most, refused: 20 })
    ends[most - 1]!.send('the last that fits')
    t.is(String(await ends[most - 1]!.next()), 'the last that fits')
    child.kill()
  }
})

test('without descriptors accepting pauses, says so, does not spin and goes on later', async (t) => {
  const [child, port] = await confined(t, 64, { maxConnections: 10_000 })
  const ends = await all(80, port, t)
  await until(() => child.lines.all.includes('failed EMFILE accept MillraceError'), 'acceptFailed')
  const full = await stateOf(child)
  t.true(full.connections > 0 && full.connections < 64, `${full.connections}`)

  await quiet(1_500)
  const still = await stateOf(child)
  t.true(still.cpuMicros - full.cpuMicros < 500_000, 'it does not spin')
  const failures = child.lines.all.filter((line) => line.startsWith('failed')).length
  t.true(failures < 12, `${failures} failures: the pauses grow`)
  ends[0]!.send('served as before')
  t.is(String(await ends[0]!.next()), 'served as before')

  await Promise.all(ends.slice(0, 50).map((each) => each.finish()))
  const last = ends.at(-1)!
  last.send('was waiting')
  t.is(String(await last.next()), 'was waiting')
  const latest = await connect(port)
  latest.send('came later')
  t.is(String(await latest.next()), 'came later')
  latest.destroy()
})

const bindAndStop = (options: string): string =>
  `new StreamSocket().bind('tcp://127.0.0.1:0', ${options}).then((listener) => listener.port)`

test('backlog is how many connections wait while nobody accepts', async (t) => {
  const few = await fill(await deafServer(t, bindAndStop('{ backlog: 2 }')), 12)
  const many = await fill(await deafServer(t, bindAndStop('{}')), 300)
  t.teardown(() =>
    [few, many].flatMap((each) => [...each.connected, ...each.waiting]).forEach((each) => each.destroy()),
  )
  t.true(few.connected.length >= 2 && few.connected.length <= 4, `${few.connected.length}`)
  t.is(many.connected.length, 300)
})

onEach('connections that come all at once are all accepted', async (t, row) => {
  const server = await serve(t, row, { message: (peer, data) => void peer.send(data) })
  const ends = await all(300, server.where, t)
  ends.forEach((each, place) => each.send(`${place}`))
  const answers = await Promise.all(ends.map((each) => each.next()))
  t.deepEqual(
    answers.map(String),
    ends.map((_each, place) => `${place}`),
  )
  await turns()
  t.is(server.socket.stats().connections, 300)
})
