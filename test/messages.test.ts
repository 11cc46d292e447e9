import { until, within } from './helpers/events.js'
import { framed, header } from './helpers/frames.js'
import { farServer, makeSocket, noted, serve, type Happened } from './helpers/sockets.js'
import { onEach, onTcp } from './helpers/transports.js'

const kinds = (all: readonly Happened[]): string[] => all.map(([kind]) => kind)
const texts = (all: readonly Happened[]): string[] =>
  all.filter((each) => each[0] === 'message').map((each) => each[2].toString())

onEach('connect comes first, then the messages as sent, then disconnect, once', async (t, row) => {
  const { happened, options } = noted()
  const server = await serve(t, row, options)
  const far = await server.connect()
  for (let i = 0; i < 500; i++) far.send(String(i))
  far.end()
  await within(far.closed, 'the connection ends')
  await happened.atLeast(502)
  t.is(happened.all[0]![0], 'connect')
  t.deepEqual(
    texts(happened.all),
    Array.from({ length: 500 }, (_, i) => String(i)),
  )
  t.deepEqual(kinds(happened.all).slice(-2), ['message', 'disconnect'])
  t.is(new Set(happened.all.map(([, peer]) => peer)).size, 1)
  t.is(happened.all.length, 502)
})

onEach('one-byte messages 0x00 and 0x01 are messages, not events', async (t, row) => {
  const { happened, options } = noted()
  const server = await serve(t, row, options)
  const far = await server.connect()
  far.send(Buffer.of(0)).send(Buffer.of(1)).send(Buffer.of(0))
  await happened.atLeast(4)
  t.deepEqual(kinds(happened.all), ['connect', 'message', 'message', 'message'])
  t.deepEqual(
    happened.all.slice(1).map((each) => each[0] === 'message' && each[2][0]),
    [0, 1, 0],
  )
  t.is(server.socket.peers.size, 1)
})

onEach('events reach listeners as they reach handlers', async (t, row) => {
  const { happened, options } = noted()
  const server = await serve(t, row)
  server.socket
    .on('connect', options.connect)
    .on('message', options.message)
    .on('disconnect', options.disconnect)
  const far = await server.connect()
  far.send('one').end()
  await happened.atLeast(3)
  t.deepEqual(kinds(happened.all), ['connect', 'message', 'disconnect'])
})

onEach('a handler comes before the listeners, and both are told', async (t, row) => {
  const said: string[] = []
  const server = await serve(t, row, { message: () => void said.push('handler') })
  server.socket.on('message', () => said.push('listener'))
  const far = await server.connect()
  far.send('x').send('y')
  await until(() => said.length === 4, 'both are told twice')
  t.deepEqual(said, ['handler', 'listener', 'handler', 'listener'])
})

onEach('empty messages are messages in both directions', async (t, row) => {
  const { happened, options } = noted()
  const server = await serve(t, row, options)
  const [far, peer] = await server.meet()
  for (let i = 0; i < 100; i++) far.send('')
  await happened.atLeast(101)
  for (const each of happened.all.slice(1)) t.is(each[0] === 'message' && each[2].byteLength, 0)
  for (let i = 0; i < 100; i++) peer.send(i % 2 ? '' : Buffer.alloc(0))
  for (let i = 0; i < 100; i++) t.is((await far.next()).length, 0)
})

onTcp('what arrived completely before a reset is delivered before disconnect', async (t, row) => {
  const { happened, options } = noted()
  const server = await serve(t, row, { connect: options.connect, disconnect: options.disconnect })
  const far = await server.connect()
  for (let i = 0; i < 200; i++) far.send(String(i))
  await far.flushed()
  await until(() => server.socket.stats().messagesIn === 200, 'all are received')
  far.reset()
  await within(far.closed, 'the far end is gone')
  await until(() => server.socket.stats().connections === 0, 'the reset is noticed')
  t.deepEqual(kinds(happened.all), ['connect'])
  server.socket.on('message', options.message)
  await happened.atLeast(202)
  t.deepEqual(
    texts(happened.all),
    Array.from({ length: 200 }, (_, i) => String(i)),
  )
  t.is(happened.all[201]![0], 'disconnect')
})

onEach('a reset right behind messages loses none in the middle', async (t, row) => {
  const { happened, options } = noted()
  const server = await serve(t, row, options)
  for (let round = 0; round < 20; round++) {
    const from = happened.all.length
    const far = await server.connect()
    far.sendRaw(Buffer.concat(Array.from({ length: 100 }, (_, i) => framed(String(i)))))
    await far.flushed()
    far.reset()
    await until(() => happened.all.at(-1)?.[0] === 'disconnect' && happened.all.length > from, 'disconnect')
    const got = texts(happened.all.slice(from))
    t.deepEqual(
      got,
      Array.from({ length: got.length }, (_, i) => String(i)),
    )
  }
})

onEach('a partial message at the end is dropped, and the reason says so', async (t, row) => {
  for (const rest of [
    framed('abc').subarray(0, 2),
    framed('abc').subarray(0, 4),
    framed('abc').subarray(0, 6),
    header(1_000_000),
  ]) {
    const { happened, options } = noted()
    const server = await serve(t, row, options)
    const far = await server.connect()
    far.send('whole').sendRaw(rest).end()
    await happened.atLeast(3)
    t.deepEqual(texts(happened.all), ['whole'])
    const last = happened.all[2]!
    t.like(last[0] === 'disconnect' && last[2], { code: 'PEER_CLOSED', truncated: true })
  }
})

onEach('no order is promised between peers, but each has its own', async (t, row) => {
  const { happened, options } = noted()
  const server = await serve(t, row, options)
  const fars = await Promise.all(Array.from({ length: 20 }, () => server.connect()))
  for (let i = 0; i < 50; i++) fars.forEach((far) => far.send(String(i)))
  fars.forEach((far) => far.end())
  await happened.atLeast(20 * 52)
  for (const peer of new Set(happened.all.map((each) => each[1]))) {
    const own = happened.all.filter((each) => each[1] === peer)
    t.deepEqual(kinds(own), ['connect', ...Array.from({ length: 50 }, () => 'message'), 'disconnect'])
    t.deepEqual(
      texts(own),
      Array.from({ length: 50 }, (_, i) => String(i)),
    )
  }
})

onEach('a connecting socket sees the same events', async (t, row) => {
  const { happened, options } = noted()
  const far = await farServer(t, row)
  const socket = makeSocket(t, row, options)
  const peer = await socket.connect(far.endpoint)
  const end = await far.accept()
  end.send('hello').end()
  await happened.atLeast(3)
  t.deepEqual(kinds(happened.all), ['connect', 'message', 'disconnect'])
  t.true(happened.all.every((each) => each[1] === peer))
})

onEach('a connect that fails rejects and gives no events', async (t, row) => {
  const { happened, options } = noted()
  const gone = await farServer(t, row)
  const { endpoint, port } = gone
  const where =
    port === undefined ? { address: endpoint.slice('ipc://'.length) } : { address: '127.0.0.1', port }
  await gone.close()
  const socket = makeSocket(t, row, options)
  await t.throwsAsync(socket.connect(endpoint), { code: row.nobodyCode })
  const failure = await t.throwsAsync(socket.connect(endpoint))
  t.like(failure, { code: row.nobodyCode, syscall: 'connect', ...where })
  t.is(socket.peers.size, 0)
  t.is(happened.all.length, 0)
})
