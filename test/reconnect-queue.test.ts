import type { ExecutionContext } from 'ava'
import type { ConnectOptions, Peer, StreamSocket } from '../ts/index.js'
import { collect, quiet, until, within } from './helpers/events.js'
import type { FarOptions, FarServer } from './helpers/far-end.js'
import { farServer, makeSocket } from './helpers/sockets.js'
import { onEach, type Row } from './helpers/transports.js'

/** What a message is charged beside its bytes. */
const charge = 128

interface Away {
  readonly far: FarServer
  readonly client: StreamSocket
  readonly peer: Peer
}

/** A peer whose server is gone; what is sent to it waits. */
async function away(
  t: ExecutionContext,
  row: Row,
  options: ConnectOptions = {},
  how: FarOptions = {},
): Promise<Away> {
  const far = await farServer(t, row, how)
  const client = makeSocket(t, row)
  const reconnect = { minDelay: 1, maxDelay: 10, queueWhileDisconnected: true }
  const peer = await client.connect(far.endpoint, { ...options, reconnect })
  await far.accept()
  await far.close()
  await until(() => !peer.connected, 'the loss')
  return { far, client, peer }
}

onEach('what is sent while it is away goes out first when it returns, in order', async (t, row) => {
  const { far, client, peer } = await away(t, row)
  client.once('connect', () => peer.send('in the handler'))
  const bytes = Buffer.from('bytes')
  t.true(peer.send('text'))
  t.true(peer.send(bytes))
  bytes.fill(0)
  t.true(peer.send(['a ', Buffer.from('list')]))
  t.true(client.send(peer.routingId, ''))
  t.true(await peer.sendAsync('with a promise'))
  t.is(peer.bufferedBytes, 'textbytesa listwith a promise'.length + 5 * charge)
  await far.open()
  const end = await far.accept()
  await until(() => peer.connected, 'the return')
  peer.send('afterwards')
  const expected = ['text', 'bytes', 'a list', '', 'with a promise', 'in the handler', 'afterwards']
  for (const each of expected) t.is(String(await end.next()), each)
  t.is(client.stats().droppedMessages, 0)
})

onEach('send answers false from sendHighWaterMark on, and drain comes after the return', async (t, row) => {
  const { far, client, peer } = await away(t, row, { sendHighWaterMark: 1000 })
  const events = collect(client, 'drain', (each) => each)
  const block = Buffer.alloc(500 - charge)
  t.true(peer.send(block))
  t.false(peer.send(block))
  const drained = peer.drained()
  const sent = peer.sendAsync('waits')
  let settled = false
  void drained.then(() => (settled = true))
  await quiet(50)
  t.false(settled)
  t.is(events.all.length, 0)
  await far.open()
  await within(drained, 'drained')
  t.true(await within(sent, 'sendAsync'))
  await until(() => events.all.length > 0, 'drain')
  t.deepEqual(events.all[0], peer)
  const end = await far.accept()
  for (const length of [block.length, block.length, 5]) t.is((await end.next()).length, length)
})

onEach('much more than the mark goes out piece by piece, whole and in order', async (t, row) => {
  const { far, client, peer } = await away(t, row, { sendHighWaterMark: 64 * 1024 })
  const count = 2000
  for (let i = 0; i < count; i++) peer.send(Buffer.alloc(4096, i))
  await far.open()
  const end = await far.accept()
  await until(() => peer.connected, 'the return')
  for (let i = count; i < count + 100; i++) t.not(peer.send(Buffer.alloc(4096, i)), null)
  for (let i = 0; i < count + 100; i++) {
    const message = await end.next()
    if (message.length !== 4096 || message[0] !== i % 256) t.fail(`message ${i}`)
  }
  await within(peer.drained(), 'drained')
  t.is(peer.bufferedBytes, 0)
  t.is(client.stats().droppedMessages, 0)
})

for (const onBufferFull of ['disconnect', 'drop'] as const) {
  onEach(`at maxBufferedBytes messages are dropped while it is away (${onBufferFull})`, async (t, row) => {
    const { far, client, peer } = await away(t, row, { maxBufferedBytes: 1000, onBufferFull })
    const events = collect(client, 'monitor', (event) => event)
    const block = Buffer.alloc(600 - charge)
    t.true(peer.send(block))
    t.false(peer.send(block))
    t.is(peer.send('too much'), null)
    t.like(
      events.all.find(({ type }) => type === 'dropped'),
      { type: 'dropped', bytes: 8, routingId: peer.routingId },
    )
    t.is(client.stats().droppedMessages, 1)
    t.is(peer.stats().droppedMessages, 1)
    const waiting = peer.sendAsync('waits for room')
    await far.open()
    t.true(await within(waiting, 'sendAsync'))
    const end = await far.accept()
    for (const length of [block.length, block.length, 14]) t.is((await end.next()).length, length)
  })
}

onEach("at maxBufferedBytes a send throws EAGAIN with onBufferFull: 'error'", async (t, row) => {
  const { client, peer } = await away(t, row, { maxBufferedBytes: 1000, onBufferFull: 'error' })
  t.false(peer.send(Buffer.alloc(1000)))
  t.throws(() => peer.send('x'), { code: 'EAGAIN' })
  t.is(client.stats().droppedMessages, 0)
})

onEach('wrong messages are refused while it is away as they are otherwise', async (t, row) => {
  const { peer } = await away(t, row, { maxMessageSize: 10 })
  t.throws(() => peer.send('x'.repeat(11)), { instanceOf: RangeError, code: 'ERR_MILLRACE_INVALID_OPTION' })
  t.throws(() => peer.send(5 as never), { instanceOf: TypeError, code: 'ERR_MILLRACE_INVALID_OPTION' })
  t.true(peer.send('x'.repeat(10)))
})

onEach('what still waits when the peer goes for good is dropped and counted', async (t, row) => {
  for (const end of [
    (peer: Peer) => peer.close(),
    (peer: Peer) => {
      peer.destroy()
      return peer.closed
    },
    (_peer: Peer, client: StreamSocket) => client.close(),
  ]) {
    const { client, peer } = await away(t, row, { sendHighWaterMark: 1 })
    t.false(peer.send('one'))
    const sent = peer.sendAsync('two')
    await within<unknown>(end(peer, client), 'the end')
    t.false(await within(sent, 'sendAsync'))
    t.is(peer.send('three'), null)
    t.is(peer.bufferedBytes, 0)
    t.like(await within(peer.closed, 'closed'), { code: 'LOCAL_CLOSED' })
    t.is(client.stats().droppedMessages, 3)
  }
})

onEach('an orderly end sends what waited for the return', async (t, row) => {
  const { far, client, peer } = await away(t, row, { sendHighWaterMark: 8 * 1024 })
  const returned = new Promise<void>((resolve) => {
    client.once('connect', () => {
      void peer.close().then(resolve)
    })
  })
  const count = 400
  for (let i = 0; i < count; i++) peer.send(Buffer.alloc(8 * 1024, i))
  await far.open()
  const end = await far.accept()
  for (let i = 0; i < count; i++) t.is((await end.next())[0], i % 256)
  end.end()
  await within(returned, 'close')
  t.is(client.stats().droppedMessages, 0)
})

onEach('when the connection breaks before all has gone out, the rest waits on', async (t, row) => {
  const { far, client, peer } = await away(t, row, { sendHighWaterMark: 64 * 1024 }, { paused: true })
  const block = Buffer.alloc(4 * 1024 * 1024)
  for (let i = 0; i < 4; i++) t.false(peer.send(block))
  const sent = peer.sendAsync('last')
  const left = collect(client, 'disconnect', () => peer.bufferedBytes)
  await far.open()
  const first = await far.accept()
  await until(() => peer.connected, 'the return')
  await quiet(50)
  first.reset()
  t.true((await left.next('the loss')) >= block.length)
  const second = await far.accept()
  second.resume()
  t.true(await within(sent, 'sendAsync'))
  const arrived = [(await second.next()).length]
  while (arrived.at(-1) !== 4) arrived.push((await second.next()).length)
  t.is(arrived.length + client.stats().droppedMessages, 5)
  t.true(arrived.slice(0, -1).every((length) => length === block.length))
})

onEach('nothing is sent twice when the connection breaks again', async (t, row) => {
  const { far, client, peer } = await away(t, row)
  for (let i = 0; i < 10; i++) peer.send(`${i}`)
  await far.open()
  const first = await far.accept()
  for (let i = 0; i < 10; i++) t.is(String(await first.next()), `${i}`)
  const losses = collect(client, 'disconnect', (each) => each)
  first.reset()
  await losses.next('the loss')
  const second = await far.accept()
  await until(() => peer.connected, 'the return')
  peer.send('next')
  t.is(String(await second.next()), 'next')
  await quiet()
  t.is(second.messages.all.length, 1)
})
