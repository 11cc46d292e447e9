import { AsyncLocalStorage } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import type { MonitorEvent, StreamSocket } from '../ts/index.js'
import { Collected, collect, until, within } from './helpers/events.js'
import { farServer, makeSocket, serve } from './helpers/sockets.js'
import { onEachSerially, onEach, remoteOf, whereOf } from './helpers/transports.js'

const names = [
  'listening',
  'accepted',
  'connected',
  'disconnected',
  'retrying',
  'acceptFailed',
  'refused',
  'dropped',
  'closed',
  'handshakeFailed',
] as const

interface Published {
  readonly socket: StreamSocket
  readonly event: MonitorEvent
}

/** What is published about these sockets while `run` runs. */
async function published(run: (all: Collected<Published>) => Promise<void>): Promise<readonly Published[]> {
  const all = new Collected<Published>()
  const note = (message: unknown): void => all.add(message as Published)
  names.forEach((name) => diagnostics.subscribe(`millrace:${name}`, note))
  try {
    await run(all)
  } finally {
    names.forEach((name) => diagnostics.unsubscribe(`millrace:${name}`, note))
  }
  return all.all
}

onEachSerially('the events of monitor are published on diagnostics channels too', async (t, row) => {
  const socket = makeSocket(t, row)
  const monitored = collect(socket, 'monitor', (event) => event)
  const all = await published(async () => {
    const far = await row.connect(whereOf(await socket.bind(row.endpoint)))
    await until(() => socket.peers.size === 1, 'the peer')
    await far.finish()
    await until(() => socket.peers.size === 0, 'its end')
    await socket.close()
  })
  t.deepEqual(
    all.map(({ event }) => event),
    monitored.all,
  )
  t.deepEqual(
    all.map(({ event }) => event.type),
    ['listening', 'accepted', 'disconnected', 'closed'],
  )
  t.true(all.every((each) => each.socket === socket))
})

onEachSerially('a channel tells without a listener of monitor', async (t, row) => {
  const server = await serve(t, row, { maxConnections: 1, maxBufferedBytes: 1000, onBufferFull: 'drop' })
  const all = await published(async (events) => {
    const [, peer] = await server.meet({ paused: true })
    while (peer.send(Buffer.alloc(256 * 1024)) !== null);
    const refused = await server.connect()
    await within(refused.ended, 'the refusal')
    await until(() => server.socket.stats().refused === 1, 'it is counted')
    await events.atLeast(3)
    await new Promise(setImmediate)
  })
  t.deepEqual(
    all.map(({ event }) => event.type),
    ['accepted', 'dropped', 'refused'],
  )
})

onEach('retrying tells the error, the wait, the endpoint, the address and the id', async (t, row) => {
  const far = await farServer(t, row)
  const client = makeSocket(t, row, { message: () => undefined })
  const events = collect(client, 'monitor', (event) => event)
  await client.connect(far.endpoint, { reconnect: { minDelay: 5, maxDelay: 5 }, routingId: 8 })
  await far.accept()
  await far.close()
  await until(() => events.all.filter(({ type }) => type === 'retrying').length >= 2, 'two waits')
  const [connected, disconnected, lost, failed] = events.all
  const where = { endpoint: far.endpoint, routingId: 8 }
  const address = remoteOf(far.port)
  t.deepEqual(connected, { type: 'connected', ...where, ...address })
  t.like(disconnected, { type: 'disconnected', ...where, ...address, reason: { willReconnect: true } })
  if (lost?.type !== 'retrying' || failed?.type !== 'retrying') return t.fail()
  const { error, delay, ...rest } = failed
  t.deepEqual(rest, { type: 'retrying', ...where, ...address })
  t.like(lost, { type: 'retrying', ...where })
  t.deepEqual([lost.error.code, error.code], ['PEER_CLOSED', row.nobodyCode])
  for (const each of [lost.delay, delay]) t.true(each >= 3 && each <= 5)
})

onEach(
  'what is told of a connection that is tried again is told in the async context of its socket',
  async (t, row) => {
    const storage = new AsyncLocalStorage<string>()
    const far = await farServer(t, row)
    const client = storage.run('the maker', () => makeSocket(t, row))
    const seen = new Collected<string>()
    client.on('monitor', ({ type }) => seen.add(`${type} ${storage.getStore()}`))
    client.on('connect', () => seen.add(`connect ${storage.getStore()}`))
    await storage.run('the caller', async () => {
      await far.close()
      const connecting = client.connect(far.endpoint, { reconnect: { minDelay: 1, maxDelay: 10 } })
      await until(() => seen.all.length >= 2, 'two waits')
      await far.open()
      await connecting
      t.is(storage.getStore(), 'the caller')
    })
    t.deepEqual([...new Set(seen.all)], ['retrying the maker', 'connected the maker', 'connect the maker'])
  },
)

onEach('stats has a number for everything', (t, row) => {
  const none = { connections: 0, messagesIn: 0, messagesOut: 0, bytesIn: 0, bytesOut: 0 }
  t.deepEqual(makeSocket(t, row).stats(), {
    ...none,
    queuedBytes: 0,
    unfinishedBytes: 0,
    slabBytes: 0,
    droppedMessages: 0,
    handshakeFailures: 0,
    refused: 0,
    handoverMicros: 0,
  })
})
