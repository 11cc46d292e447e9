import test, { type ExecutionContext } from 'ava'
import { runMain, startMain, type Outcome } from './helpers/child.js'
import { within } from './helpers/events.js'
import { connect, listen } from './helpers/far-end.js'

/** How often what a race decides is tried. */
const rounds = 30

const ends = (t: ExecutionContext, { status, signal, late, stderr }: Outcome, wanted = 0): void => {
  t.deepEqual({ status, signal, late, stderr }, { status: wanted, signal: null, late: false, stderr: '' })
}

test('a bound socket keeps the process alive until it is unbound or closed', async (t) => {
  for (const end of ['socket.close()', 'listener.unbind()', 'socket.unref()', 'listener.unref()']) {
    const child = startMain(`
      const socket = new StreamSocket()
      const listener = await socket.bind('tcp://127.0.0.1:0')
      console.log('bound')
      process.stdin.once('data', () => { ${end}; process.stdin.destroy() }).unref()
    `)
    await child.lines.next()
    const early = await Promise.race([
      child.outcome,
      new Promise((resolve) => setTimeout(resolve, 400, 'alive')),
    ])
    t.is(early, 'alive', end)
    child.tell('end')
    ends(t, await child.outcome)
  }
})

test('a socket that is empty, unbound or not referenced lets the process end', async (t) => {
  const bodies = [
    'const socket = new StreamSocket(); socket.on("message", () => undefined)',
    'new Context({ spinMicros: 1000 })',
    'const socket = new StreamSocket().unref(); await socket.bind("tcp://127.0.0.1:0")',
    'const listener = await new StreamSocket().bind("tcp://127.0.0.1:0"); listener.unref()',
    'const socket = new StreamSocket(); await socket.bind("tcp://127.0.0.1:0"); await socket.unbind("tcp://127.0.0.1:0")',
    'const socket = new StreamSocket(); await socket.bind("tcp://127.0.0.1:0"); await socket.close()',
    'await new StreamSocket().connect("tcp://127.0.0.1:1").catch(() => undefined)',
  ]
  for (const body of bodies) ends(t, await runMain(body))
})

test('a connection keeps the process alive until it ends, unless its socket is not referenced', async (t) => {
  const far = await listen()
  const client = startMain(`
    await new StreamSocket().connect('${far.endpoint}')
    console.log('connected')
  `)
  const end = await far.accept()
  await client.lines.next()
  const early = await Promise.race([
    client.outcome,
    new Promise((resolve) => setTimeout(resolve, 400, 'alive')),
  ])
  t.is(early, 'alive')
  end.end()
  ends(t, await client.outcome)
  ends(t, await runMain(`await new StreamSocket().unref().connect('${far.endpoint}')`))
  ends(
    t,
    await runMain(
      `const socket = new StreamSocket(); await socket.connect('${far.endpoint}'); socket.unref()`,
    ),
  )
  await far.close()
})

test('ref() takes unref() back', async (t) => {
  const child = startMain(`
    const socket = new StreamSocket().unref()
    const listener = (await socket.bind('tcp://127.0.0.1:0')).unref()
    listener.ref()
    socket.ref()
    console.log('bound')
  `)
  await child.lines.next()
  const early = await Promise.race([
    child.outcome,
    new Promise((resolve) => setTimeout(resolve, 400, 'alive')),
  ])
  t.is(early, 'alive')
  child.kill()
})

const underLoad = `
  const server = new StreamSocket({ message: (peer, data) => void peer.send(data) })
  const { endpoint } = await server.bind('tcp://127.0.0.1:0')
  let count = 0
  const client = new StreamSocket({ message: (peer, data) => { peer.send(data); count++ } })
  for (let i = 0; i < 8; i++) {
    const peer = await client.connect(endpoint)
    for (let j = 0; j < 8; j++) peer.send(Buffer.alloc(j === 7 ? 100_000 : 64))
  }
`

test('process.exit() under load ends with its status', async (t) => {
  for (let round = 0; round < rounds; round += 2) {
    const leave = `const leave = () => process.exit(${7 + round})`
    const both = [
      `${leave}; setTimeout(leave, ${round * 3})`,
      `${leave}; server.on('message', () => { if (count > ${round * 50}) leave() })`,
    ]
    const outcomes = await Promise.all(both.map((how) => runMain(underLoad + how)))
    for (const outcome of outcomes) ends(t, outcome, 7 + round)
  }
})

test('an uncaught exception under load ends like any other', async (t) => {
  const outcome = await runMain(`${underLoad} setTimeout(() => { throw new Error('the end') }, 50)`)
  t.like(outcome, { status: 1, signal: null, late: false })
  t.regex(outcome.stderr, /Error: the end/)
})

test('process.exit() sends what was sent before it', async (t) => {
  const far = await listen()
  for (const how of ['', 'setImmediate(() => {', 'peer.drained().then(() => {', 'process.nextTick(() => {']) {
    const exit = `peer.send('last words'); process.exit(5) ${how && '})'}`
    const outcome = await runMain(
      `const peer = await new StreamSocket().connect('${far.endpoint}'); ${how} ${exit}`,
    )
    ends(t, outcome, 5)
    const end = await far.accept()
    t.is(String(await end.next()), 'last words', how)
  }
  await far.close()
})

test('forgotten sockets are collected, with their descriptors', async (t) => {
  const body = `
    const { readdirSync } = require('node:fs')
    const refs = []
    const make = async (i) => {
      const socket = new StreamSocket({ message() {} })
      refs.push(new WeakRef(socket))
      if (i % 3 === 0) return
      const { endpoint } = await socket.bind('tcp://127.0.0.1:0')
      if (i % 3 === 2) await (await socket.connect(endpoint)).close()
      await socket.close({ linger: 0 })
    }
    for (let i = 0; i < 60; i++) await make(i)
    const left = () => refs.filter((ref) => ref.deref()).length
    for (let i = 0; i < 20; i++) {
      globalThis.gc()
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    const sockets = readdirSync('/proc/self/fd').length
    console.log(JSON.stringify({ left: left(), few: sockets < 40 }))
  `
  const outcome = await runMain(body, { nodeOptions: ['--expose-gc'] })
  ends(t, outcome)
  const { left, few } = JSON.parse(outcome.stdout) as { left: number; few: boolean }
  t.true(left <= 2, `${left} of 60 are left`)
  t.true(few)
})

test('a bound socket that nobody names goes on serving', async (t) => {
  const child = startMain(
    `
    const { port } = await new StreamSocket({ message: (peer, data) => void peer.send(data) }).bind('tcp://127.0.0.1:0')
    console.log(port)
    setInterval(globalThis.gc, 5).unref()
  `,
    { nodeOptions: ['--expose-gc'] },
  )
  const far = await connect(Number(await child.lines.next()))
  for (let i = 0; i < 50; i++) {
    far.send(`${i}`)
    t.is(String(await within(far.next(), 'the answer')), `${i}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  far.destroy()
  child.kill()
})
