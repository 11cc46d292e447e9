import type { LookupFunction } from 'node:net'
import type { MonitorEvent, ReconnectOptions } from '../ts/index.js'
import { collect, quiet, until, within } from './helpers/events.js'
import type { FarServer } from './helpers/far-end.js'
import { farServer, makeSocket, noted } from './helpers/sockets.js'
import { onEach, onTcp } from './helpers/transports.js'

/** For tests that do not look at the waits. */
const soon: ReconnectOptions = { minDelay: 1, maxDelay: 10 }

/** A server that is known but not there. */
async function closed(far: FarServer): Promise<FarServer> {
  await far.close()
  return far
}

const retries = (events: readonly MonitorEvent[]): (MonitorEvent & { type: 'retrying' })[] =>
  events.filter((event) => event.type === 'retrying')

onEach('waits double from minDelay to maxDelay, cut short by up to a half', async (t, row) => {
  const far = await closed(await farServer(t, row))
  const client = makeSocket(t, row)
  const events = collect(client, 'monitor', (event) => event)
  const connecting = client.connect(far.endpoint, { reconnect: { minDelay: 4, maxDelay: 30 } })
  await until(() => retries(events.all).length === 6, 'six waits')
  const delays = retries(events.all).map(({ delay }) => delay)
  for (const [i, longest] of [4, 8, 16, 30, 30, 30].entries())
    t.true(delays[i]! >= longest / 2 && delays[i]! <= longest, `${delays[i]} of ${longest}`)
  await client.close()
  await t.throwsAsync(connecting, { code: 'ERR_MILLRACE_CLOSED' })
})

onEach(
  'a connection that lasted makes the waits short again, one that broke at once does not',
  async (t, row) => {
    const far = await farServer(t, row)
    const client = makeSocket(t, row, { message: () => undefined })
    const events = collect(client, 'monitor', (event) => event)
    await client.connect(far.endpoint, { reconnect: { minDelay: 20, maxDelay: 80 } })
    for (let i = 0; i < 4; i++) (await far.accept()).reset()
    await until(() => retries(events.all).length === 4, 'four waits')
    const end = await far.accept()
    t.true(retries(events.all)[3]!.delay >= 40)
    await quiet(200)
    end.reset()
    await until(() => retries(events.all).length === 5, 'the fifth')
    t.true(retries(events.all)[4]!.delay <= 20)
  },
)

onEach('after maxAttempts failures in a row connect rejects with the last one', async (t, row) => {
  const far = await closed(await farServer(t, row))
  const client = makeSocket(t, row)
  const events = collect(client, 'monitor', (event) => event)
  const connecting = client.connect(far.endpoint, { reconnect: { ...soon, maxAttempts: 3 }, routingId: 5 })
  await t.throwsAsync(connecting, { code: row.nobodyCode })
  t.is(retries(events.all).length, 2)
  await far.open()
  t.is((await client.connect(far.endpoint, { routingId: 5 })).routingId, 5)
})

onEach('after maxAttempts failures in a row a peer that was away is gone for good', async (t, row) => {
  const far = await farServer(t, row)
  const { happened, options } = noted()
  const client = makeSocket(t, row, options)
  const peer = await client.connect(far.endpoint, { reconnect: { ...soon, maxAttempts: 3 } })
  await far.close()
  t.like(await within(peer.closed, 'closed'), {
    code: row.nobodyCode,
    truncated: false,
    willReconnect: false,
  })
  t.is(client.peers.size, 0)
  t.false(peer.connected)
  t.is(peer.send('x'), null)
  await far.open()
  await quiet()
  t.deepEqual(
    happened.all.map(([what]) => what),
    ['connect', 'disconnect'],
  )
})

// A path is not looked up.
onTcp('each attempt looks the name up anew', async (t, row) => {
  const far = await closed(await farServer(t, row))
  const asked: string[] = []
  const lookup: LookupFunction = (host, _options, callback) => {
    asked.push(host)
    if (asked.length === 1) throw new Error('a fault of the look-up')
    if (asked.length === 2) return callback(Object.assign(new Error('none'), { code: 'EAI_AGAIN' }), '', 0)
    callback(null, '127.0.0.1', 4)
  }
  const client = makeSocket(t, row)
  const events = collect(client, 'monitor', (event) => event)
  const name = far.endpoint.replace('127.0.0.1', 'mill.example')
  const connecting = client.connect(name, { reconnect: soon, lookup })
  await until(() => retries(events.all).length >= 3, 'attempts')
  await far.open()
  const peer = await within(connecting, 'connect')
  const codes = retries(events.all).map(({ error }) => error.code)
  t.deepEqual(codes.slice(0, 3), ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED'])
  t.is(asked.length, codes.length + 1)
  ;(await far.accept()).reset()
  await far.accept()
  t.is(asked.length, codes.length + 2)
  t.is(peer.endpoint, name)
})
