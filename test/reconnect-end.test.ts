import test, { type ExecutionContext } from 'ava'
import type { ConnectOptions, Peer, StreamSocket } from '../ts/index.js'
import { runMain, startMain } from './helpers/child.js'
import { unanswering } from './helpers/deaf-server.js'
import { collect, quiet, until, within } from './helpers/events.js'
import type { FarServer } from './helpers/far-end.js'
import { blockable, type Route } from './helpers/routes.js'
import { farServer, leaveUnread, makeSocket, noted } from './helpers/sockets.js'
import { onEach, onEachSerially, rows, type Row } from './helpers/transports.js'

const soon = { minDelay: 1, maxDelay: 10 }
const late = { minDelay: 600_000, maxDelay: 600_000 }

interface Scene {
  readonly far: FarServer
  readonly client: StreamSocket
  readonly peer: Peer
  readonly told: readonly string[]
}

async function connected(
  t: ExecutionContext,
  row: Row,
  options: ConnectOptions,
  route?: Route,
): Promise<Scene> {
  const far = await farServer(t, row)
  const { happened, options: noting } = noted()
  const client = makeSocket(t, row, noting)
  const endpoint = route ? route.to(far) : far.endpoint
  const peer = await client.connect(endpoint, { ...options, ...route?.options })
  const end = await far.accept()
  void end.ended.then(() => void end.end())
  return {
    far,
    client,
    peer,
    get told() {
      return happened.all.map(([what]) => what)
    },
  }
}

/** Each ends a peer for good. */
const ends: readonly [string, (scene: Scene) => unknown][] = [
  ['peer.close()', ({ peer }) => peer.close()],
  ['peer.destroy()', ({ peer }) => peer.destroy()],
  ['socket.disconnect(id)', ({ client, peer }) => client.disconnect(peer.routingId)],
  ['socket.close()', ({ client }) => client.close()],
]

/** It is gone, its id is free, and it does not come back. */
async function isGone(t: ExecutionContext, scene: Scene, told: readonly string[]): Promise<void> {
  const { far, client, peer } = scene
  t.like(await within(peer.closed, 'closed'), { code: 'LOCAL_CLOSED', willReconnect: false })
  t.false(peer.connected)
  t.is(client.peers.size, 0)
  t.is(peer.send('x'), null)
  await within(peer.close(), 'close, once more')
  if (!far.server.listening) await far.open()
  if (!client.closed) {
    const next = await client.connect(far.endpoint, { routingId: peer.routingId })
    t.is(next.routingId, peer.routingId)
    next.destroy()
    await within(next.closed, 'the next is gone')
    t.deepEqual(scene.told.slice(0, -2), told)
    return
  }
  await quiet(30)
  t.deepEqual(scene.told, told)
}

for (const [name, end] of ends) {
  onEach(`${name} ends a peer for good while it is connected`, async (t, row) => {
    const scene = await connected(t, row, { reconnect: soon, routingId: 3 })
    await within(Promise.resolve(end(scene)), name)
    await isGone(t, scene, ['connect', 'disconnect'])
  })

  onEach(`${name} ends a peer for good while it waits to try again`, async (t, row) => {
    const scene = await connected(t, row, { reconnect: late, routingId: 3 })
    await scene.far.close()
    await until(() => scene.told.length === 2, 'the loss is told')
    await within(Promise.resolve(end(scene)), name)
    await isGone(t, scene, ['connect', 'disconnect'])
  })

  onEach(`${name} ends a peer for good while an attempt is under way`, async (t, row) => {
    const route = await blockable(t, row)
    const scene = await connected(t, row, { reconnect: soon, routingId: 3 }, route)
    const events = collect(scene.client, 'monitor', ({ type }) => type)
    route.block()
    await scene.far.close()
    await until(() => scene.told.length === 2, 'the loss is told')
    await route.isTried()
    t.deepEqual(events.all, ['disconnected', 'retrying'])
    await within(Promise.resolve(end(scene)), name)
    await isGone(t, scene, ['connect', 'disconnect'])
  })

  onEach(`${name} ends a peer for good in the handler of its loss`, async (t, row) => {
    const scene = await connected(t, row, { reconnect: soon, routingId: 3 })
    scene.client.once('disconnect', () => void end(scene))
    await scene.far.close()
    await isGone(t, scene, ['connect', 'disconnect'])
  })

  onEach(`${name} ends a peer for good as it is told that it will be tried again`, async (t, row) => {
    const scene = await connected(t, row, { reconnect: soon, routingId: 3 })
    scene.client.on('monitor', ({ type }) => type === 'retrying' && void end(scene))
    await scene.far.close()
    await isGone(t, scene, ['connect', 'disconnect'])
  })

  onEach(`${name} ends a peer for good in the handler of its return`, async (t, row) => {
    const scene = await connected(t, row, { reconnect: soon, routingId: 3 })
    await scene.far.close()
    scene.client.once('connect', () => void end(scene))
    await scene.far.open()
    const returned = await scene.far.accept()
    void returned.ended.then(() => void returned.end())
    await isGone(t, scene, ['connect', 'disconnect', 'connect', 'disconnect'])
  })
}

onEach(
  'a peer whose end waits for its messages is told gone for good if it is closed meanwhile',
  async (t, row) => {
    const far = await farServer(t, row, { paused: true })
    const client = makeSocket(t, row)
    const reasons = collect(client, 'disconnect', (_peer, reason) => reason)
    const peer = await client.connect(far.endpoint, { reconnect: soon })
    const end = await far.accept()
    end.send('kept')
    await until(() => client.stats().messagesIn === 1, 'the message')
    await leaveUnread(peer)
    end.reset()
    await until(() => !peer.connected, 'the loss')
    await within(peer.close(), 'close')
    client.on('message', () => undefined)
    t.like(await reasons.next(), { willReconnect: false })
    t.is(await within(peer.closed, 'closed'), reasons.all[0]!)
    await quiet(50)
    t.is(client.stats().connections, 0)
  },
)

onEachSerially('close at any moment of coming and going leaves nothing behind', async (t, row) => {
  const far = await farServer(t, row)
  for (let round = 0; round < 60; round++) {
    const client = makeSocket(t, row, { message: () => undefined })
    const connecting = client.connect(far.endpoint, { reconnect: soon }).catch(() => undefined)
    if (round % 3 === 0) far.accepted.all.at(-1)?.reset()
    for (let turn = 0; turn < round % 12; turn++) await new Promise(setImmediate)
    if (round % 2 === 0) {
      const peer = await connecting
      peer?.destroy()
    }
    await within(client.close({ linger: 0 }), 'close')
    await within(connecting, 'connect')
    t.is(client.peers.size, 0)
    // A connection that nobody was told of is ended by its I/O thread.
    if (row.threads !== 0) await until(() => client.stats().connections === 0, 'what was made meanwhile ends')
    t.is(client.stats().connections, 0)
  }
})

test('close() ends what has never been connected, whatever it waits for', async (t) => {
  const client = makeSocket(t, rows[0]!)
  const port = await unanswering(t)
  const all = [
    client.connect('tcp://127.0.0.1:1', { reconnect: late }),
    client.connect('tcp://mill.example:1', { reconnect: true, lookup: () => undefined }),
    client.connect(`tcp://127.0.0.1:${port}`, { reconnect: true }),
  ]
  const errors = all.map((each) => t.throwsAsync(each, { code: 'ERR_MILLRACE_CLOSED' }))
  await quiet(50)
  await within(client.close(), 'close')
  await Promise.all(errors)
})

test('a socket that tries again keeps the process alive, an unreferenced one does not', async (t) => {
  const again = `socket.connect('tcp://127.0.0.1:1', { reconnect: true }).catch(() => undefined)`
  const child = startMain(`const socket = new StreamSocket(); ${again}; console.log('trying')`)
  await child.lines.next()
  const first = await Promise.race([
    child.outcome,
    new Promise((resolve) => setTimeout(resolve, 600, 'alive')),
  ])
  t.is(first, 'alive')
  child.kill()
  t.like(await runMain(`const socket = new StreamSocket().unref(); ${again}`), { status: 0, stderr: '' })
})

test('a process whose peer is away stays alive until that is closed', async (t) => {
  const outcome = await runMain(`
    const far = await listen()
    const socket = new StreamSocket()
    const peer = await socket.connect(far.endpoint, { reconnect: { minDelay: 300_000, maxDelay: 300_000 } })
    await far.accept()
    socket.once('disconnect', () => setTimeout(() => { console.log('closing'); peer.close() }, 200).unref())
    await far.close()
  `)
  t.like(outcome, { status: 0, stderr: '', stdout: 'closing\n', late: false })
})

test('process.exit() waits for nobody who is away', async (t) => {
  const outcome = await runMain(`
    const far = await listen()
    const socket = new StreamSocket()
    const reconnect = { queueWhileDisconnected: true, minDelay: 1, maxDelay: 5 }
    const peer = await socket.connect(far.endpoint, { reconnect })
    socket.once('disconnect', () => { peer.send('never'); setTimeout(() => process.exit(4), 30) })
    await far.accept()
    await far.close()
  `)
  t.like(outcome, { status: 4, signal: null, stderr: '', late: false })
})
