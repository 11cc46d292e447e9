import test from 'ava'
import { runMain } from './helpers/child.js'
import { Collected, once, until, within } from './helpers/events.js'
import { framed, header } from './helpers/frames.js'
import { farServer, makeSocket, noted, serve } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

const KiB = 1024
const MiB = 1024 * KiB
const defaultLimit = 16 * MiB
const rangeError = { instanceOf: RangeError, code: 'ERR_MILLRACE_INVALID_OPTION' }

onEach('a message of exactly maxMessageSize passes, one past it ends the connection', async (t, row) => {
  const { happened, options } = noted()
  const server = await serve(t, row, { maxMessageSize: 64, ...options })
  const far = await server.connect()
  far.send('before').send(Buffer.alloc(64, 'x')).send(Buffer.alloc(65, 'y'))

  await far.ended
  const [connect, before, exact] = await happened.atLeast(3)
  t.is(connect![0], 'connect')
  t.deepEqual(before![2], Buffer.from('before'))
  t.deepEqual(exact![2], Buffer.alloc(64, 'x'))
  far.end()
  t.is((await within(far.closed, 'the far end closes')).code, undefined)
  const end = (await happened.atLeast(4))[3]!
  t.is(end[0], 'disconnect')
  t.like(end[2], { code: 'EMSGSIZE', truncated: false, willReconnect: false })
})

onEach('the length alone is enough to refuse a message', async (t, row) => {
  for (const length of [65, 0x0100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
    const server = await serve(t, row, { maxMessageSize: 64 })
    const [far, peer] = await server.meet()
    far.sendRaw(header(length))
    await within(far.ended, `FIN after the length ${length}`)
    far.end()
    t.is((await within(peer.closed, 'the peer is gone')).code, 'EMSGSIZE', String(length))
  }
})

onEach('who sent too long a message can still read what was on its way to it', async (t, row) => {
  const server = await serve(t, row, { receiveHighWaterMark: 32 * MiB })
  const [far, peer] = await server.meet({ paused: true })
  const answer = Buffer.alloc(12 * MiB, 'answer')
  t.true(peer.send('first'))
  t.not(peer.send(answer), null)
  // More than the kernel holds, so that the rest is unread when the connection ends.
  far.sendRaw(header(defaultLimit + 1)).sendRaw(Buffer.alloc(4 * MiB))
  await until(() => peer.send('late') === null, 'the peer is being ended')
  t.true(server.socket.stats().queuedBytes > 0)
  far.resume()

  t.is(String(await far.next()), 'first')
  t.true(answer.equals(await far.next()))
  await within(far.ended, 'FIN')
  far.end()
  t.is((await within(far.closed, 'the far end closes')).code, undefined)
  t.is((await peer.closed).code, 'EMSGSIZE')
})

onEach('too long a message harms no other connection', async (t, row) => {
  const server = await serve(t, row, { maxMessageSize: 8, message: (peer, data) => void peer.send(data) })
  const [other, bad] = [await server.connect(), await server.connect()]
  bad.send('123456789')
  await bad.ended
  other.send('12345678')
  t.is(String(await other.next()), '12345678')
})

onEach('the limit holds on the connecting side too', async (t, row) => {
  const far = await farServer(t, row)
  const client = makeSocket(t, row)
  const messages = new Collected<string>()
  client.on('message', (_peer, data) => messages.add(String(data)))
  const peer = await client.connect(far.endpoint, { maxMessageSize: 5 })
  const end = await far.accept()
  end.send('12345').send('123456')
  t.is((await within(peer.closed, 'the peer is gone')).code, 'EMSGSIZE')
  t.deepEqual(messages.all, ['12345'])
})

onEach('without the option the limit is 16 MiB', async (t, row) => {
  const { happened, options } = noted()
  const server = await serve(t, row, options)
  const far = await server.connect()
  const largest = Buffer.alloc(defaultLimit, 'large')
  far.send(largest)
  await happened.atLeast(2)
  t.true(largest.equals(happened.all[1]![2] as Buffer))
  far.sendRaw(header(defaultLimit + 1))
  await happened.atLeast(3)
  t.like(happened.all[2]![2], { code: 'EMSGSIZE' })
})

onEach('with maxMessageSize 0 only empty messages pass', async (t, row) => {
  const server = await serve(t, row, { maxMessageSize: 0 })
  const messages = new Collected<number>()
  server.socket.on('message', (_peer, data) => messages.add(data.length))
  const [far, peer] = await server.meet()
  t.true(peer.send(''))
  t.throws(() => peer.send('1'), rangeError)
  far.send('').send('1')
  t.is((await within(peer.closed, 'the peer is gone')).code, 'EMSGSIZE')
  t.deepEqual(messages.all, [0])
})

onEach('sending too long a message is a RangeError and harms nothing', async (t, row) => {
  const server = await serve(t, row, { maxMessageSize: 8 })
  const [far, peer] = await server.meet()
  const long = [
    '123456789',
    'ünïcödé',
    Buffer.alloc(9),
    ['1234', Buffer.alloc(5)],
    new Float64Array(2),
    new ArrayBuffer(9),
  ]
  for (const data of long) {
    const error = t.throws(() => peer.send(data), rangeError)
    t.regex(error.message, /maxMessageSize/)
    t.throws(() => server.socket.send(peer.routingId, data), rangeError)
    await t.throwsAsync(peer.sendAsync(data), rangeError)
  }
  t.true(peer.send('12345678'))
  t.true(peer.send(['1234', '5678']))
  t.is(String(await far.next()), '12345678')
  t.is(String(await far.next()), '12345678')
  t.is(peer.stats().messagesOut, 2)
})

onEach('memory grows with what has arrived, not with what was announced', async (t, row) => {
  const server = await serve(t, row, { maxMessageSize: 0xffff_ffff })
  const [far] = await server.meet()
  const held = (): number => server.socket.stats().slabBytes
  far.sendRaw(header(0xffff_fff0))
  far.sendRaw(Buffer.alloc(1))
  await until(() => held() !== 0, 'the message has begun')
  t.true(held() <= 64 * KiB, `${held()}`)
  for (const arrived of [MiB, 2 * MiB, 4 * MiB]) {
    far.sendRaw(Buffer.alloc(arrived / 2))
    await far.flushed()
    // While it is moved to larger memory both count.
    const bounded = (): boolean => held() >= arrived / 4 && held() <= 2 * (1 + arrived + 64 * KiB)
    await until(bounded, `more than ${arrived / 4} has arrived`)
  }
  far.destroy()
})

test('announced lengths with nothing behind them cost a server no memory', async (t) => {
  const outcome = await runMain(`
    const server = new StreamSocket({ maxMessageSize: 0xffffffff })
    const { port } = await server.bind('tcp://127.0.0.1:0')
    const fars = []
    const round = async () => {
      for (let i = 0; i < 50; i++) fars.push((await connect(port)).sendRaw(header(0xffffffff)))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await round()
    const before = process.memoryUsage()
    await round()
    await round()
    const after = process.memoryUsage()
    console.log(JSON.stringify({
      connections: server.stats().connections,
      slabBytes: server.stats().slabBytes,
      rss: after.rss - before.rss,
      arrayBuffers: after.arrayBuffers - before.arrayBuffers,
    }))
    fars.forEach((far) => far.destroy())
    await server.close({ linger: 0 })
  `)
  t.is(outcome.status, 0, outcome.stderr)
  const { connections, slabBytes, rss, arrayBuffers } = JSON.parse(outcome.stdout) as Record<string, number>
  t.is(connections, 150)
  t.is(slabBytes, 0)
  t.true(arrayBuffers! < MiB, `${arrayBuffers}`)
  t.true(rss! < 32 * MiB, `${rss}`)
})

onEach('an oversized message in pieces is refused by its first four bytes', async (t, row) => {
  const server = await serve(t, row, { maxMessageSize: 16 })
  const [far, peer] = await server.meet()
  const bytes = framed(Buffer.alloc(17))
  for (let i = 0; i < 4; i++) {
    t.true(peer.connected)
    far.sendRaw(bytes.subarray(i, i + 1))
    await far.flushed()
  }
  const [gone] = await once(server.socket, 'disconnect')
  t.is(gone, peer)
})
