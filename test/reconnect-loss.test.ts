import type { ReconnectOptions } from '../ts/index.js'
import { collect, quiet, until, within } from './helpers/events.js'
import { fill } from './helpers/fill.js'
import { farServer, leaveUnread, makeSocket, noted } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

/** For tests that do not look at the waits. */
const soon: ReconnectOptions = { minDelay: 1, maxDelay: 10 }

onEach('what was queued at the loss is dropped and counted, never sent again', async (t, row) => {
  const far = await farServer(t, row, { paused: true })
  const client = makeSocket(t, row)
  const losses = collect(client, 'disconnect', (_peer, reason) => reason)
  const peer = await client.connect(far.endpoint, { reconnect: soon })
  const first = await far.accept()
  const block = Buffer.alloc(256 * 1024)
  await fill(peer, block)
  const queued = Math.ceil(peer.bufferedBytes / (block.length + 128 + 4))
  t.true(queued > 0)
  first.reset()
  await losses.next('the loss')
  const lost = client.stats().droppedMessages
  t.true(lost >= queued - 1 && lost <= queued + 1, `${lost} of ${queued}`)
  t.is(peer.stats().droppedMessages, lost)
  const second = await far.accept()
  second.resume()
  await until(() => peer.connected, 'the return')
  peer.send('new')
  t.is(String(await second.next()), 'new')
  await within(peer.drained(), 'drained')
})

onEach('sends while it is away are not taken and counted', async (t, row) => {
  const far = await farServer(t, row)
  const client = makeSocket(t, row)
  const peer = await client.connect(far.endpoint, { reconnect: { minDelay: 60_000, maxDelay: 60_000 } })
  await far.close()
  await until(() => !peer.connected, 'the loss')
  t.is(peer.send('x'), null)
  t.is(client.send(peer.routingId, 'x'), null)
  t.false(await peer.sendAsync('x'))
  await within(peer.drained(), 'drained')
  peer.flush()
  t.is(client.stats().droppedMessages, 3)
  t.is(peer.stats().droppedMessages, 3)
})

onEach('the counters of a peer go on over its connections', async (t, row) => {
  const far = await farServer(t, row)
  const client = makeSocket(t, row, { message: () => undefined })
  const losses = collect(client, 'disconnect', (each) => each)
  const peer = await client.connect(far.endpoint, { reconnect: soon })
  for (let i = 1; i <= 3; i++) {
    const end = await far.accept()
    await until(() => peer.connected, 'the return')
    peer.send('four')
    t.is(String(await end.next()), 'four')
    end.send('12345678')
    await until(() => peer.stats().messagesIn === i, 'the answer')
    t.like(peer.stats(), { messagesOut: i, bytesOut: 4 * i, bytesIn: 8 * i, droppedMessages: 0 })
    end.reset()
    await losses.next('the loss')
    t.like(peer.stats(), { messagesOut: i, messagesIn: i })
  }
})

onEach(
  'messages of a lost connection are taken before its end is told, and then it returns',
  async (t, row) => {
    const far = await farServer(t, row, { paused: true })
    const { happened, options } = noted()
    const client = makeSocket(t, row, { connect: options.connect, disconnect: options.disconnect })
    const peer = await client.connect(far.endpoint, { reconnect: soon })
    const end = await far.accept()
    end.send('one').send('two')
    await until(() => client.stats().messagesIn === 2, 'both arrive')
    await leaveUnread(peer)
    end.reset()
    await until(() => !peer.connected, 'the loss')
    await quiet()
    t.is(happened.all.length, 1)
    t.is(peer.send('lost'), null)
    client.on('message', options.message)
    await happened.atLeast(5)
    t.deepEqual(
      happened.all.map(([what]) => what),
      ['connect', 'message', 'message', 'disconnect', 'connect'],
    )
    t.true(peer.connected)
  },
)

onEach(
  'what a handler still works on when the connection is lost is not charged to the next',
  async (t, row) => {
    const far = await farServer(t, row, { paused: true })
    const release: (() => void)[] = []
    const client = makeSocket(t, row, {
      receiveHighWaterMark: 1000,
      message: () => new Promise<void>((resolve) => release.push(resolve)),
    })
    const peer = await client.connect(far.endpoint, { reconnect: soon })
    const first = await far.accept()
    first.send(Buffer.alloc(500))
    await until(() => release.length === 1, 'the first message')
    await leaveUnread(peer)
    first.reset()
    const second = await far.accept()
    await until(() => peer.connected, 'the return')
    second.send(Buffer.alloc(900))
    await until(() => release.length === 2, 'the second message')
    release[0]!()
    await quiet(20)
    second.send(Buffer.alloc(900))
    second.send('held back')
    await quiet()
    t.true(release.length <= 3)
    release[1]!()
    await until(() => release.length >= 3, 'the third message')
    release[2]!()
    await until(() => release.length === 4, 'the fourth message')
    release[3]!()
  },
)
