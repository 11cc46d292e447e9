import type { Peer } from '../ts/index.js'
import { collect, quiet, until, within } from './helpers/events.js'
import { header } from './helpers/frames.js'
import { serve } from './helpers/sockets.js'
import { onEach } from './helpers/transports.js'

const KiB = 1024
const MiB = 1024 * KiB

onEach('who begins a message and sends none of it for messageTimeout is disconnected', async (t, row) => {
  const server = await serve(t, row, { messageTimeout: 200, message: () => undefined })
  const beginnings = [
    header(10),
    header(10).subarray(0, 1),
    Buffer.concat([header(100_000), Buffer.alloc(50_000)]),
  ]
  for (const bytes of beginnings) {
    const [far, peer] = await server.meet()
    far.send('whole').sendRaw(bytes)
    t.like(await within(peer.closed, 'the time-out'), { code: 'TIMEOUT', truncated: true })
    far.destroy()
  }
})

onEach('who has sent whole messages only may be silent for as long as it likes', async (t, row) => {
  const server = await serve(t, row, { messageTimeout: 100 })
  const [far, peer] = await server.meet()
  far.send('whole').send('')
  await quiet(400)
  t.true(peer.connected)
  far.send('still here')
  await until(() => server.socket.stats().messagesIn === 3, 'the third message')
})

onEach(
  'who sends a byte now and then is not disconnected, however long the message takes',
  async (t, row) => {
    const got: string[] = []
    const server = await serve(t, row, {
      messageTimeout: 400,
      message: (_peer, data) => void got.push(String(data)),
    })
    const [far, peer] = await server.meet()
    far.sendRaw(header(8))
    for (const byte of '12345678') {
      await quiet(100)
      far.sendRaw(byte)
    }
    await until(() => got.length === 1, 'the message')
    t.deepEqual(got, ['12345678'])
    t.true(peer.connected)
  },
)

onEach('time in which a peer is not read does not count against its message', async (t, row) => {
  const server = await serve(t, row, { messageTimeout: 200, message: () => undefined })
  const [far, peer] = await server.meet()
  far.sendRaw(header(8)).sendRaw('1234')
  await until(() => server.socket.stats().unfinishedBytes > 0, 'the message has begun')
  peer.pause()
  far.sendRaw('5678')
  await quiet(700)
  t.true(peer.connected)
  peer.resume()
  await until(() => server.socket.stats().messagesIn === 1, 'the message')
  t.is(server.socket.stats().unfinishedBytes, 0)
})

onEach(
  'above maxUnfinishedBytes the peer whose message comes slowest goes, not the newcomer',
  async (t, row) => {
    const server = await serve(t, row, { maxUnfinishedBytes: 20 * MiB, message: () => undefined })
    const disconnects = collect(server.socket, 'disconnect', (peer, reason) => [peer, reason.code] as const)
    const stalled: Peer[] = []
    for (let i = 0; i < 4; i++) {
      const [far, peer] = await server.meet()
      const before = server.socket.stats().unfinishedBytes
      far.sendRaw(header(4 * MiB)).sendRaw(Buffer.alloc(4 * MiB - 1 - i * 512 * KiB))
      await until(() => server.socket.stats().unfinishedBytes >= before + 2 * MiB, 'the message has begun')
      stalled.push(peer)
    }
    t.is(disconnects.all.length, 0)
    await quiet(300)
    const [newcomer, itsPeer] = await server.meet()
    const whole = Buffer.alloc(12 * MiB, 'x')
    newcomer.send(whole)
    await until(() => server.socket.stats().messagesIn === 1, 'the message of the newcomer')
    t.true(itsPeer.connected)
    const gone = disconnects.all
    t.true(gone.length >= 1)
    t.true(gone.every(([peer, code]) => stalled.includes(peer) && code === 'RESOURCES'))
    t.true(server.socket.stats().unfinishedBytes <= 20 * MiB)
  },
)

onEach('what waits unfinished is no longer counted when its peer leaves', async (t, row) => {
  const server = await serve(t, row)
  const fars = await Promise.all([1, 2, 3].map(() => server.connect()))
  for (const far of fars) far.sendRaw(header(100_000)).sendRaw(Buffer.alloc(70_000))
  await until(() => server.socket.stats().unfinishedBytes > 3 * 70_000, 'all have begun')
  fars.forEach((far) => far.reset())
  await until(() => server.socket.stats().connections === 0, 'all are gone')
  await until(() => server.socket.stats().unfinishedBytes === 0, 'nothing is counted')
  t.pass()
})
